package org.repfold.graph.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.FileFailure;
import org.repfold.graph.file.OutputFile;
import org.repfold.graph.file.StoredType;
import org.repfold.graph.file.TensorBytes;

/**
 * Reads and writes {@code .npy} files (NumPy Enhancement Proposal 1) of float32, float64 and int64
 * in C order; reads float16 too, as float32. Any version is read; version 1.0 is written.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** The data start at a multiple of this. */
  private static final int ALIGNMENT = 64;

  /** A header that describes one array is much shorter; NumPy itself refuses above 10,000. */
  private static final int LONGEST_HEADER = 1 << 16;

  private static final Map<String, StoredType> TYPES =
      Map.of(
          "<f8", StoredType.FLOAT64,
          "<f4", StoredType.FLOAT32,
          "<f2", StoredType.FLOAT16,
          "<i8", StoredType.INT64);

  private static final Pattern HEADER = Pattern.compile("\\{(.*)\\}\\s*", Pattern.DOTALL);
  private static final Pattern ENTRY =
      Pattern.compile("\\s*'(\\w+)'\\s*:\\s*('[^']*'|True|False|\\([\\d,\\s]*+\\))\\s*(?:,|$)");
  private static final Pattern SIZES = Pattern.compile("\\((?:\\d+,)*+(?:\\d+)?\\)");

  private Npy() {}

  /**
   * Reads an array.
   *
   * @throws BadInputException if the file is missing, no {@code .npy} file, damaged, or of another
   *     element type or order
   */
  public static Tensor read(Path file) {
    try (FileChannel in = FileChannel.open(file)) {
      return read(in);
    } catch (IOException e) {
      throw FileFailure.cannotRead(file, e);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  private static Tensor read(FileChannel in) throws IOException {
    byte[] start = bytes(in, MAGIC.length + 2);
    if (!Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new BadInputException("expected a .npy file, found something else");
    }
    int version = start[MAGIC.length];
    if (version < 1 || version > 3) {
      throw new BadInputException("expected a .npy file of version 1 to 3, found " + version);
    }
    ByteBuffer length = ByteBuffer.wrap(bytes(in, version == 1 ? Short.BYTES : Integer.BYTES));
    length.order(ByteOrder.LITTLE_ENDIAN);
    long size =
        version == 1
            ? Short.toUnsignedInt(length.getShort())
            : Integer.toUnsignedLong(length.getInt());
    if (size > LONGEST_HEADER) {
      throw new BadInputException(
          "expected a header of at most " + LONGEST_HEADER + " bytes, found " + size);
    }
    Map<String, String> header =
        entries(new String(bytes(in, (int) size), StandardCharsets.ISO_8859_1));
    StoredType type = type(header.get("descr"));
    if (!"False".equals(header.get("fortran_order"))) {
      throw new BadInputException("expected an array in C order, found Fortran order");
    }
    long[] sizes = sizes(header.get("shape"));
    long expected = type.bytes(sizes);
    long found = in.size() - in.position();
    if (found != expected) {
      throw new BadInputException(
          "expected " + expected + " bytes for shape " + Shape.of(sizes) + ", found " + found);
    }
    return TensorBytes.read(type, Shape.of(sizes), in);
  }

  private static byte[] bytes(FileChannel in, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (in.read(bytes) < 0) {
        throw new EOFException("expected a .npy file, found the end within its header");
      }
    }
    return bytes.array();
  }

  private static Map<String, String> entries(String header) {
    Matcher braces = HEADER.matcher(header);
    Map<String, String> entries = new java.util.HashMap<>();
    boolean matched = braces.matches();
    if (matched) {
      Matcher entry = ENTRY.matcher(braces.group(1));
      int end = 0;
      while (entry.find() && entry.start() == end) {
        entries.put(entry.group(1), entry.group(2));
        end = entry.end();
      }
      matched = braces.group(1).substring(end).isBlank();
    }
    if (!matched || !entries.keySet().equals(java.util.Set.of("descr", "fortran_order", "shape"))) {
      throw new BadInputException(
          "expected a header with descr, fortran_order and shape, found " + header.strip());
    }
    return entries;
  }

  private static StoredType type(String description) {
    StoredType type = TYPES.get(description.replace("'", ""));
    if (type == null) {
      throw new BadInputException(
          "expected little-endian elements '<f4', '<f8', '<f2' or '<i8', found " + description);
    }
    return type;
  }

  private static long[] sizes(String tuple) {
    String plain = tuple.replaceAll("\\s", "");
    if (!SIZES.matcher(plain).matches()) {
      throw new BadInputException("expected a tuple of sizes, found " + tuple);
    }
    try {
      return Arrays.stream(plain.substring(1, plain.length() - 1).split(","))
          .filter(size -> !size.isEmpty())
          .mapToLong(Long::parseLong)
          .toArray();
    } catch (NumberFormatException e) {
      throw new BadInputException("expected sizes that fit 63 bits, found " + tuple, e);
    }
  }

  /**
   * Writes an array.
   *
   * @param force whether to replace an existing file
   * @throws BadInputException if the file cannot be written
   */
  public static void write(Tensor tensor, Path file, boolean force) {
    byte[] header = header(tensor);
    OutputFile.write(
        file,
        force,
        out -> {
          out.write(header);
          TensorBytes.write(tensor, out);
        });
  }

  private static byte[] header(Tensor tensor) {
    String description =
        switch (tensor.type()) {
          case FLOAT64 -> "<f8";
          case FLOAT32 -> "<f4";
          case INT64 -> "<i8";
        };
    long[] sizes = tensor.shape().toArray();
    // Python writes a tuple of one as (3,).
    String tuple =
        LongStream.of(sizes)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(", ", "(", sizes.length == 1 ? ",)" : ")"));
    String text =
        "{'descr': '" + description + "', 'fortran_order': False, 'shape': " + tuple + ", }";
    int fixed = MAGIC.length + 2 + Short.BYTES;
    int total = (fixed + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - fixed));
    bytes.put(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.position() < total - 1) {
      bytes.put((byte) ' ');
    }
    return bytes.put((byte) '\n').array();
  }
}
