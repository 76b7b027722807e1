package org.repfold.graph.npy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.OutputFile;

/**
 * Reads and writes {@code .npy} files (NumPy format 1.0 to 3.0): little-endian float32 or float64,
 * C order.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int LARGEST_HEADER = 1 << 16;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,]*)\\)");

  private Npy() {}

  /**
   * Reads an array.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing, damaged, or of
   *     another type or order
   */
  public static Tensor read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(new DataInputStream(in), Files.size(file));
    } catch (EOFException e) {
      throw new BadInputException(file + ": expected an .npy file, found the beginning of one", e);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  private static Tensor read(DataInputStream in, long fileSize) throws IOException {
    byte[] start = in.readNBytes(MAGIC.length);
    if (!Arrays.equals(start, MAGIC)) {
      throw new BadInputException("expected an .npy file, found something else");
    }
    int version = in.readUnsignedByte();
    in.readUnsignedByte();
    if (version < 1 || version > 3) {
      throw new BadInputException("expected .npy version 1 to 3, found " + version);
    }
    byte[] lengthBytes = new byte[version == 1 ? Short.BYTES : Integer.BYTES];
    in.readFully(lengthBytes);
    long length = 0;
    for (int i = lengthBytes.length - 1; i >= 0; i--) {
      length = length << Byte.SIZE | lengthBytes[i] & 0xff;
    }
    if (length > LARGEST_HEADER) {
      throw new BadInputException(
          "expected a header of at most " + LARGEST_HEADER + " bytes, found " + length);
    }
    byte[] header = new byte[(int) length];
    in.readFully(header);
    String text = new String(header, StandardCharsets.UTF_8);
    long dataSize = fileSize - MAGIC.length - 2 - lengthBytes.length - length;
    return elements(in, field(text, TYPE, "type"), shape(text), dataSize);
  }

  private static Tensor elements(DataInputStream in, String type, Shape shape, long dataSize)
      throws IOException {
    int width =
        switch (type) {
          case "<f4" -> Float.BYTES;
          case "<f8" -> Double.BYTES;
          default -> throw new BadInputException("expected type <f4 or <f8, found " + type);
        };
    long expected;
    try {
      expected = Math.multiplyExact(shape.elements(), width);
    } catch (ArithmeticException e) {
      throw new BadInputException("shape " + shape + " has too many elements", e);
    }
    if (expected != dataSize || expected > Integer.MAX_VALUE - 8) {
      throw new BadInputException(
          "expected " + expected + " bytes for shape " + shape + ", found " + dataSize);
    }
    byte[] bytes = new byte[(int) expected];
    in.readFully(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (width == Float.BYTES) {
      float[] values = new float[(int) shape.elements()];
      buffer.asFloatBuffer().get(values);
      return Tensor.of(shape, values);
    }
    double[] values = new double[(int) shape.elements()];
    buffer.asDoubleBuffer().get(values);
    return Tensor.of(shape, values);
  }

  private static Shape shape(String header) {
    if (field(header, ORDER, "order").equals("True")) {
      throw new BadInputException("expected C order, found Fortran order");
    }
    String sizes = field(header, SHAPE, "shape");
    try {
      return Shape.of(
          Arrays.stream(sizes.split(","))
              .map(String::strip)
              .filter(size -> !size.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray());
    } catch (NumberFormatException e) {
      throw new BadInputException("expected a shape, found (" + sizes + ")", e);
    }
  }

  private static String field(String header, Pattern pattern, String what) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new BadInputException("expected a header that states the " + what + ", found none");
    }
    return matcher.group(1);
  }

  /**
   * Writes an array of float32 or float64.
   *
   * @param force whether to replace an existing file
   * @throws BadInputException if the file cannot be written
   */
  public static void write(Tensor tensor, Path file, boolean force) {
    OutputFile.write(
        file,
        force,
        out -> {
          out.write(header(tensor));
          out.write(bytes(tensor));
        });
  }

  private static byte[] header(Tensor tensor) {
    String shape =
        Arrays.stream(tensor.shape().toArray())
            .mapToObj(size -> size + ",")
            .collect(Collectors.joining(" ", "(", ")"));
    String type = tensor.type() == ElementType.FLOAT32 ? "<f4" : "<f8";
    StringBuilder text =
        new StringBuilder(
            "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }");
    int before = MAGIC.length + 2 + Short.BYTES;
    while ((before + text.length() + 1) % ALIGNMENT != 0) {
      text.append(' ');
    }
    text.append('\n');
    return ByteBuffer.allocate(before + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length())
        .put(text.toString().getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  private static byte[] bytes(Tensor tensor) {
    int width = tensor.type() == ElementType.FLOAT32 ? Float.BYTES : Double.BYTES;
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(tensor.size(), width))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (width == Float.BYTES) {
      buffer.asFloatBuffer().put(tensor.toFloats());
    } else {
      buffer.asDoubleBuffer().put(tensor.toDoubles());
    }
    return buffer.array();
  }
}
