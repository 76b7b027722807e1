package org.repfold.graph.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.InputFile;

/**
 * Reads safetensors files: 8 bytes of header length, a JSON header, and the tensors' bytes one
 * after the other.
 *
 * <p>F64, F32 and I64 stay what they are; F16 and BF16 are widened to float32, shorter integers and
 * BOOL to int64, which is exact.
 */
public final class SafetensorsReader {
  static final int PREFIX = 8;

  static final String METADATA = "__metadata__";

  /** The limit of the format's own library. */
  private static final long LONGEST_HEADER = 100_000_000;

  private SafetensorsReader() {}

  /**
   * Reads a file.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing, damaged, no
   *     safetensors file, or has a tensor of another element type; nothing is read of a file whose
   *     header is wrong
   */
  public static Safetensors read(Path file) {
    return InputFile.read(file, SafetensorsReader::parse);
  }

  private static Safetensors parse(InputFile in) throws IOException {
    if (in.size() < PREFIX) {
      throw new BadInputException("expected a safetensors file, found " + in.size() + " bytes");
    }
    long length = in.bytes(0, PREFIX).getLong();
    long longest = Math.min(LONGEST_HEADER, in.size() - PREFIX);
    if (length < 2 || length > longest) {
      throw new BadInputException(
          "expected a safetensors header of 2 to "
              + longest
              + " bytes, found a length of "
              + Long.toUnsignedString(length));
    }
    JsonNode header = StrictJson.object("header", in.bytes(PREFIX, (int) length).array());
    Map<String, String> metadata = Map.of();
    List<TensorEntry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (field.getKey().equals(METADATA)) {
        metadata = StrictJson.texts(METADATA, field.getValue());
      } else {
        entries.add(TensorEntry.of(field.getKey(), field.getValue()));
      }
    }
    long data = PREFIX + length;
    requireGapless(entries, in.size() - data);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (TensorEntry entry : entries) {
      tensors.put(entry.name(), tensor(in, data, entry));
    }
    return new Safetensors(tensors, metadata);
  }

  /** Every byte belongs to one tensor, so that a file cannot hide or share any. */
  private static void requireGapless(List<TensorEntry> entries, long dataBytes) {
    List<TensorEntry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingLong(TensorEntry::begin).thenComparing(TensorEntry::end));
    long next = 0;
    for (TensorEntry entry : sorted) {
      if (entry.begin() != next) {
        throw new BadInputException(
            "tensor '"
                + entry.name()
                + "': expected its first byte at "
                + next
                + " where the one before ends, found it at "
                + entry.begin());
      }
      next = entry.end();
    }
    if (next != dataBytes) {
      throw new BadInputException(
          "expected " + next + " bytes of tensors, found " + dataBytes + " after the header");
    }
  }

  private static Tensor tensor(InputFile in, long data, TensorEntry entry) throws IOException {
    try {
      return entry.format().read(in, data + entry.begin(), entry.shape(), ByteOrder.LITTLE_ENDIAN);
    } catch (BadInputException e) {
      throw new BadInputException("tensor '" + entry.name() + "': " + e.getMessage(), e);
    }
  }
}
