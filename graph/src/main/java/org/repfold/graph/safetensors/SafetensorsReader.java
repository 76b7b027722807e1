package org.repfold.graph.safetensors;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.FileFailure;
import org.repfold.graph.file.TensorBytes;

/**
 * Reads safetensors files: 8 bytes of header size, a JSON header, and the tensors' elements,
 * little-endian and row-major.
 *
 * <p>Dtypes F64, F32 and I64 are read as they are, F16 and BF16 as float32. Elements go straight
 * into the tensors, so that a file takes no more memory than what it holds.
 */
public final class SafetensorsReader {

  /** The format's own limit. */
  private static final long LARGEST_HEADER = 100_000_000;

  private SafetensorsReader() {}

  /**
   * Reads a whole file.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing, no safetensors
   *     file, damaged, or holds a tensor of another dtype
   */
  public static Safetensors read(Path file) {
    try (FileChannel in = FileChannel.open(file)) {
      return read(in);
    } catch (IOException e) {
      throw FileFailure.cannotRead(file, e);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  private static Safetensors read(FileChannel in) throws IOException {
    long fileSize = in.size();
    if (fileSize < Long.BYTES) {
      throw new BadInputException(
          "expected a safetensors file, found " + fileSize + " bytes in all");
    }
    long headerSize = bytes(in, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long largest = Math.min(LARGEST_HEADER, fileSize - Long.BYTES);
    if (headerSize < 0 || headerSize > largest) {
      throw new BadInputException(
          "expected a safetensors header of at most "
              + largest
              + " bytes, found "
              + Long.toUnsignedString(headerSize));
    }
    long start = Long.BYTES + headerSize;
    Header header = Header.parse(bytes(in, (int) headerSize).array(), fileSize - start);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Header.Entry entry : header.entries()) {
      in.position(start + entry.begin());
      tensors.put(entry.name(), TensorBytes.read(entry.type(), entry.shape(), in));
    }
    return new Safetensors(tensors, header.metadata());
  }

  private static ByteBuffer bytes(FileChannel in, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (in.read(bytes) < 0) {
        throw new EOFException("the file ends within its header");
      }
    }
    return bytes.flip();
  }
}
