package org.repfold.graph.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.file.StoredType;

/**
 * A safetensors header: which tensors the data hold, and where.
 *
 * @param entries in the header's order; together they cover the data without gap or overlap
 */
record Header(List<Entry> entries, Map<String, String> metadata) {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final Map<String, StoredType> TYPES =
      Map.of(
          "F64", StoredType.FLOAT64,
          "F32", StoredType.FLOAT32,
          "F16", StoredType.FLOAT16,
          "BF16", StoredType.BFLOAT16,
          "I64", StoredType.INT64);

  /** Bytes {@code begin} (inclusive) to {@code end} (exclusive) of the data are one tensor. */
  record Entry(String name, StoredType type, Shape shape, long begin, long end) {}

  /**
   * Parses a header.
   *
   * @param dataSize the number of bytes that follow the header
   * @throws BadInputException if it is not strict JSON of the format's form, names a tensor twice,
   *     or does not fit the data
   */
  static Header parse(byte[] bytes, long dataSize) throws IOException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new BadInputException("header: expected UTF-8", e);
    }
    if (!text.startsWith("{")) {
      throw new BadInputException("header: expected a JSON object");
    }
    List<Entry> entries = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (name.equals("__metadata__")) {
          readMetadata(json, metadata);
        } else {
          entries.add(readEntry(json, name));
        }
      }
      if (json.nextToken() != null) {
        throw new BadInputException("header: expected nothing after the JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new BadInputException("header: expected strict JSON: " + e.getOriginalMessage(), e);
    }
    requireCovered(entries, dataSize);
    return new Header(List.copyOf(entries), metadata);
  }

  private static void readMetadata(JsonParser json, Map<String, String> metadata)
      throws IOException {
    expect(json, JsonToken.START_OBJECT, "__metadata__", "an object of strings");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      expect(json, JsonToken.VALUE_STRING, "__metadata__", "an object of strings");
      metadata.put(key, json.getText());
    }
  }

  private static Entry readEntry(JsonParser json, String name) throws IOException {
    expect(json, JsonToken.START_OBJECT, name, "an object");
    String dtype = null;
    long[] sizes = null;
    long[] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      switch (json.currentName()) {
        case "dtype" -> {
          expect(json, JsonToken.VALUE_STRING, name, "a string as dtype");
          dtype = json.getText();
        }
        case "shape" -> sizes = readIntegers(json, name, "shape");
        case "data_offsets" -> offsets = readIntegers(json, name, "data_offsets");
        default -> throw wrong(name, "dtype, shape and data_offsets", json.currentName());
      }
    }
    if (dtype == null || sizes == null || offsets == null || offsets.length != 2) {
      throw wrong(name, "dtype, shape and two data_offsets", "less or more");
    }
    StoredType type = TYPES.get(dtype);
    if (type == null) {
      throw wrong(name, "dtype F64, F32, F16, BF16 or I64", dtype + ", not supported yet");
    }
    long expected;
    try {
      expected = type.bytes(sizes);
    } catch (BadInputException e) {
      throw new BadInputException("tensor '" + name + "': " + e.getMessage(), e);
    }
    // Both are at least 0, so that the difference cannot overflow.
    if (offsets[1] - offsets[0] != expected) {
      throw wrong(
          name,
          expected + " bytes for " + dtype + " " + Shape.of(sizes),
          "data_offsets " + offsets[0] + " to " + offsets[1]);
    }
    return new Entry(name, type, Shape.of(sizes), offsets[0], offsets[1]);
  }

  private static long[] readIntegers(JsonParser json, String name, String field)
      throws IOException {
    String expected = "a list of integers of at least 0 as " + field;
    expect(json, JsonToken.START_ARRAY, name, expected);
    List<Long> integers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw wrong(name, expected, json.getText());
      }
      integers.add(json.getLongValue());
    }
    return integers.stream().mapToLong(Long::longValue).toArray();
  }

  private static void requireCovered(List<Entry> entries, long dataSize) {
    List<Entry> inOrder = new ArrayList<>(entries);
    inOrder.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long end = 0;
    for (Entry entry : inOrder) {
      if (entry.begin() != end || entry.end() > dataSize) {
        throw wrong(
            entry.name(),
            "data at offset " + end + " (no gap, no overlap), within " + dataSize + " bytes",
            "data_offsets " + entry.begin() + " to " + entry.end());
      }
      end = entry.end();
    }
    if (end != dataSize) {
      throw new BadInputException("expected " + end + " bytes of data, found " + dataSize);
    }
  }

  private static void expect(JsonParser json, JsonToken token, String name, String expected)
      throws IOException {
    if (json.nextToken() != token) {
      throw wrong(name, expected, json.getText());
    }
  }

  private static BadInputException wrong(String name, String expected, String found) {
    return new BadInputException(
        "tensor '" + name + "': expected " + expected + ", found " + found);
  }
}
