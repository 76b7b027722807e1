package org.repfold.graph.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.ElementFormat;
import org.repfold.graph.file.InputFile;
import org.repfold.graph.file.OutputFile;

/**
 * Arrays of little-endian float32 or float64 in C order as {@code .npy} files, versions 1.0 to 3.0
 * (NumPy Enhancement Proposal 1).
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int SHORT_PREFIX = 10;
  private static final int LONG_PREFIX = 12;

  /** NumPy itself refuses headers of more than 10,000 characters unless told otherwise. */
  private static final long LONGEST_HEADER = 1 << 16;

  private static final int ALIGNMENT = 64;

  private Npy() {}

  /**
   * Reads an array; float32 and float64 stay what they are.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing, damaged, no
   *     {@code .npy} file, in Fortran order or of another element type
   */
  public static Tensor read(Path file) {
    return InputFile.read(file, Npy::parse);
  }

  private static Tensor parse(InputFile in) throws IOException {
    if (in.size() < SHORT_PREFIX) {
      throw new BadInputException("expected an .npy file, found " + in.size() + " bytes");
    }
    ByteBuffer prefix = in.bytes(0, (int) Math.min(LONG_PREFIX, in.size()));
    for (int i = 0; i < MAGIC.length; i++) {
      if (prefix.get(i) != MAGIC[i]) {
        throw new BadInputException("expected an .npy file, found something else");
      }
    }
    int major = prefix.get(6);
    int minor = prefix.get(7);
    if (major < 1 || major > 3 || minor != 0) {
      throw new BadInputException(
          "expected version 1.0, 2.0 or 3.0 of .npy, found "
              + Byte.toUnsignedInt(prefix.get(6))
              + "."
              + Byte.toUnsignedInt(prefix.get(7)));
    }
    int start = major == 1 ? SHORT_PREFIX : LONG_PREFIX;
    if (in.size() < start) {
      throw new BadInputException("expected a header length, found the end of the file");
    }
    long length =
        major == 1
            ? Short.toUnsignedLong(prefix.getShort(8))
            : Integer.toUnsignedLong(prefix.getInt(8));
    if (length > LONGEST_HEADER || length > in.size() - start) {
      throw new BadInputException(
          "expected a header of at most "
              + Math.min(LONGEST_HEADER, in.size() - start)
              + " bytes, found a length of "
              + length);
    }
    String text = new String(in.bytes(start, (int) length).array(), StandardCharsets.ISO_8859_1);
    return elements(in, NpyHeader.parse(text), start + length);
  }

  private static Tensor elements(InputFile in, NpyHeader header, long start) throws IOException {
    ElementFormat format = ElementFormat.of(header.type());
    long found = in.size() - start;
    try {
      long elements = header.shape().elements();
      if (Math.multiplyExact(elements, format.width()) != found) {
        throw new BadInputException(
            "expected "
                + elements * format.width()
                + " bytes of elements for shape "
                + header.shape()
                + ", found "
                + found);
      }
    } catch (ArithmeticException e) {
      throw new BadInputException(
          "expected fewer than 2^31 elements, found shape " + header.shape(), e);
    }
    return format.read(in, start, header.shape(), ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Writes an array, whole or not at all.
   *
   * @param force whether to replace an existing file
   * @throws BadInputException if the tensor is int64, or as {@link OutputFile#write}
   */
  public static void write(Tensor tensor, Path file, boolean force) {
    if (tensor.type() == ElementType.INT64) {
      throw new BadInputException(file + ": expected a float32 or float64 tensor, found " + tensor);
    }
    OutputFile.write(
        file,
        force,
        out -> {
          out.write(header(tensor));
          ElementFormat.write(tensor, out);
        });
  }

  /** The header, padded so that the elements start at a multiple of 64 bytes. */
  private static byte[] header(Tensor tensor) {
    String sizes =
        LongStream.of(tensor.shape().toArray())
            .mapToObj(size -> size + ",")
            .collect(Collectors.joining(" ", "(", ")"));
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(tensor.type() == ElementType.FLOAT32 ? "<f4" : "<f8", sizes);
    int unpadded = LONG_PREFIX + text.length() + 1;
    boolean isLong = unpadded + ALIGNMENT > 0xFFFF;
    int prefix = isLong ? LONG_PREFIX : SHORT_PREFIX;
    int total = (prefix + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
    if (isLong) {
      bytes.put((byte) 2).put((byte) 0).putInt(total - prefix);
    } else {
      bytes.put((byte) 1).put((byte) 0).putShort((short) (total - prefix));
    }
    bytes.put(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.remaining() > 1) {
      bytes.put((byte) ' ');
    }
    return bytes.put((byte) '\n').array();
  }
}
