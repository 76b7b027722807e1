package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.Unpickler;
import org.repfold.graph.BadInputException;

/**
 * Reads pickles as {@code torch.save} writes them, and no others. Dictionaries become maps in their
 * order, tensors {@link TensorReference}s, whatever else is allowed plain values.
 *
 * <p>Pickle is a language for a machine with a stack. Of its instructions, those that PyTorch's
 * pickler writes are known; they build values and name classes and functions, which {@link Globals}
 * allows or refuses. How many instructions there may be is limited, and with them memory and time:
 * none takes more than its own bytes, or those of the values on the stack that it uses up.
 */
final class StateDictUnpickler extends Unpickler {
  /** Enough for 40,000 tensors; what so many empty maps take is little memory. */
  private static final int MOST_INSTRUCTIONS = 2_000_000;

  private static final int LONGEST_NAME = 1000;

  private final PickleStream in;
  private final Map<String, StorageReference> storages = new HashMap<>();
  private int instructions;

  StateDictUnpickler(PickleStream in) {
    this.in = in;
  }

  /** As {@link #unpickle()}, for a pickle of which no storages are needed. */
  static Object unpickle(PickleStream in) throws IOException {
    return new StateDictUnpickler(in).unpickle();
  }

  /**
   * Reads the next pickle.
   *
   * @throws BadInputException if it is damaged, too large, or holds anything that is not allowed
   */
  Object unpickle() throws IOException {
    in.startPickle();
    try {
      return load(in);
    } catch (BadInputException e) {
      throw e;
    } catch (RuntimeException e) {
      // The library has no other way to say that a stack is empty, or its values of wrong types.
      throw new BadInputException(
          "expected a pickle as torch.save writes it, found damage before byte " + in.position(),
          e);
    }
  }

  /** The storages that the pickle refers to, as it first does, by key. */
  Map<String, StorageReference> storages() {
    return storages;
  }

  @Override
  protected Object dispatch(short opcode) throws IOException {
    if (++instructions > MOST_INSTRUCTIONS) {
      throw new BadInputException(
          "expected a pickle of at most " + MOST_INSTRUCTIONS + " instructions, found more");
    }
    switch (opcode) {
      case Opcodes.PROTO,
          Opcodes.FRAME,
          Opcodes.MARK,
          Opcodes.STOP,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.LONG1,
          Opcodes.BINFLOAT,
          Opcodes.SHORT_BINUNICODE,
          Opcodes.SHORT_BINSTRING,
          Opcodes.SHORT_BINBYTES,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.TUPLE,
          Opcodes.EMPTY_LIST,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINPERSID,
          Opcodes.REDUCE,
          Opcodes.NEWOBJ -> {
        return super.dispatch(opcode);
      }
      case Opcodes.GLOBAL -> stack.add(Globals.named(line(), line()));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(Globals.named((String) stack.pop(), name));
      }
      case Opcodes.BUILD -> build();
      case Opcodes.BINUNICODE, Opcodes.BINSTRING -> stack.add(text(unsignedInt()));
      case Opcodes.BINUNICODE8 -> stack.add(text(integer(Long.BYTES).getLong()));
      case Opcodes.BINBYTES -> stack.add(in.bytes(unsignedInt()));
      case Opcodes.BINBYTES8 -> stack.add(in.bytes(integer(Long.BYTES).getLong()));
      case Opcodes.EMPTY_SET -> stack.add(new ArrayList<>());
      case Opcodes.FROZENSET -> stack.add(stack.pop_all_since_marker());
      case Opcodes.APPEND -> {
        Object item = stack.pop();
        list().add(item);
      }
      case Opcodes.APPENDS, Opcodes.ADDITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        list().addAll(items);
      }
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object key = stack.pop();
        PickledValues.put(map(), key, value);
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        for (int i = 0; i < items.size(); i += 2) {
          PickledValues.put(map(), items.get(i), items.get(i + 1));
        }
      }
      default ->
          throw new BadInputException(
              "expected the pickle instructions that torch.save writes, found instruction 0x%02x"
                      .formatted(opcode)
                  + " before byte "
                  + in.position());
    }
    return NO_RETURN_VALUE;
  }

  /** What stands outside of the pickle: storages, and nothing else. */
  @Override
  protected Object persistentLoad(Object id) {
    if (!StorageReference.isStorage(id)) {
      throw new BadInputException(
          "expected references to storages, found another one before byte " + in.position());
    }
    StorageReference storage = StorageReference.of(id);
    storages.putIfAbsent(storage.key(), storage);
    return storage;
  }

  /** Attributes, such as the versions of a state dict's modules: they say nothing about tensors. */
  private void build() {
    stack.pop();
    Object target = stack.peek();
    if (!(target instanceof Map) && target != Globals.IGNORED) {
      throw new BadInputException(
          "expected attributes of dictionaries alone, found others before byte " + in.position());
    }
  }

  @SuppressWarnings("unchecked")
  private List<Object> list() {
    return (List<Object>) stack.peek();
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> map() {
    return (Map<Object, Object>) stack.peek();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (line.length() == LONGEST_NAME) {
        throw new BadInputException(
            "expected names of at most " + LONGEST_NAME + " characters, found a longer one");
      }
      line.append((char) next);
    }
    return line.toString();
  }

  private String text(long length) throws IOException {
    return new String(in.bytes(length), StandardCharsets.UTF_8);
  }

  private long unsignedInt() throws IOException {
    return Integer.toUnsignedLong(integer(Integer.BYTES).getInt());
  }

  private ByteBuffer integer(int width) throws IOException {
    return ByteBuffer.wrap(in.bytes(width)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
