package org.repfold.graph.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
 * <p>F64, F32 and I64 stay what they are; F16 and BF16 are widened to float32, which is exact.
 */
public final class SafetensorsReader {
  private static final int PREFIX = 8;

  /** The limit of the format's own library. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final String METADATA = "__metadata__";

  private static final ObjectMapper STRICT_JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

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
    JsonNode header = header(in.bytes(PREFIX, (int) length).array());
    Map<String, String> metadata = new LinkedHashMap<>();
    List<TensorEntry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (field.getKey().equals(METADATA)) {
        addMetadata(field.getValue(), metadata);
      } else {
        entries.add(TensorEntry.of(field.getKey(), field.getValue()));
      }
    }
    long data = PREFIX + length;
    requireGapless(entries, in.size() - data);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (TensorEntry entry : entries) {
      tensors.put(entry.name(), tensor(in, data + entry.begin(), entry));
    }
    return new Safetensors(tensors, metadata);
  }

  private static JsonNode header(byte[] bytes) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
      JsonNode header = STRICT_JSON.readTree(text);
      if (!header.isObject() || !text.startsWith("{")) {
        throw new BadInputException("header: expected a JSON object, found something else");
      }
      return header;
    } catch (CharacterCodingException e) {
      throw new BadInputException("header: expected UTF-8 text, found something else", e);
    } catch (JsonProcessingException e) {
      throw new BadInputException("header: expected JSON, found " + e.getOriginalMessage(), e);
    }
  }

  private static void addMetadata(JsonNode entries, Map<String, String> metadata) {
    if (!entries.isObject()) {
      throw new BadInputException(METADATA + ": expected a JSON object, found something else");
    }
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new BadInputException(
            METADATA + ": expected text for '" + entry.getKey() + "', found something else");
      }
      metadata.put(entry.getKey(), entry.getValue().textValue());
    }
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

  private static Tensor tensor(InputFile in, long position, TensorEntry entry) throws IOException {
    int count = entry.elements();
    return switch (entry.type()) {
      case "F64" -> Tensor.of(entry.shape(), in.doubles(position, count));
      case "F32" -> Tensor.of(entry.shape(), in.floats(position, count));
      case "I64" -> Tensor.of(entry.shape(), in.longs(position, count));
      case "F16" -> Tensor.of(entry.shape(), Halves.fromFloat16(in.shorts(position, count)));
      case "BF16" -> Tensor.of(entry.shape(), Halves.fromBfloat16(in.shorts(position, count)));
      default -> throw new IllegalStateException(entry.type());
    };
  }
}
