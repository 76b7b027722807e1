package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.InputFile;

/**
 * The layout before PyTorch 1.6: pickles of a magic number, a version, facts about the machine, the
 * state, and the keys of its storages; then, key by key, each storage's number of elements and its
 * numbers. These are little-endian whichever machine wrote them.
 */
final class LegacyContainer {
  private static final Object MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Object VERSION = 1001;

  private LegacyContainer() {}

  static Container read(InputFile in) throws IOException {
    PickleStream stream = new PickleStream(in, 0, in.size());
    if (!MAGIC.equals(StateDictUnpickler.unpickle(stream))) {
      throw new BadInputException(
          "expected a checkpoint of PyTorch, found a pickle without its magic number");
    }
    if (!VERSION.equals(StateDictUnpickler.unpickle(stream))) {
      throw new BadInputException("expected PyTorch's version 1001 of its layout, found another");
    }
    StateDictUnpickler.unpickle(stream);
    StateDictUnpickler state = new StateDictUnpickler(stream);
    Object root = state.unpickle();
    if (!(StateDictUnpickler.unpickle(stream) instanceof List<?> keys)) {
      throw new BadInputException("expected a list of storages, found something else");
    }
    return new Container(
        root, storages(in, stream.position(), keys, state.storages()), ByteOrder.LITTLE_ENDIAN);
  }

  private static Map<String, Region> storages(
      InputFile in, long start, List<?> keys, Map<String, StorageReference> references)
      throws IOException {
    Map<String, Region> storages = new HashMap<>();
    long position = start;
    for (Object key : keys) {
      StorageReference reference = references.get(key);
      if (reference == null) {
        throw new BadInputException("expected storages of tensors alone, found another one");
      }
      long elements = in.bytes(position, Long.BYTES).getLong();
      position += Long.BYTES;
      long bytes = reference.bytes();
      if (elements != bytes / reference.type().width()) {
        throw new BadInputException(
            "storage '%s': expected %d elements, found %d"
                .formatted(key, bytes / reference.type().width(), elements));
      }
      in.requireInside(position, bytes);
      if (storages.put(reference.key(), new Region(position, bytes, 0)) != null) {
        throw new BadInputException("storage '" + key + "': expected it once, found it twice");
      }
      position += bytes;
    }
    if (position != in.size()) {
      throw new BadInputException(
          "expected the file to end after its storages at byte "
              + position
              + ", found "
              + in.size()
              + " bytes");
    }
    return storages;
  }
}
