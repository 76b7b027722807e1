package org.repfold.graph.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.BadInputException;

/** JSON from files that nobody vouches for. */
final class StrictJson {
  /** Enough for 100,000 tensors, and little memory where all are empty arrays. */
  private static final long MOST_TOKENS = 2_000_000;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxTokenCount(MOST_TOKENS).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /**
   * Parses an object.
   *
   * @param what names the text in messages
   * @throws BadInputException if it is no UTF-8 text of one JSON object, or a key comes twice
   */
  static JsonNode object(String what, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      JsonNode object = MAPPER.readTree(text);
      if (!object.isObject() || !text.startsWith("{")) {
        throw new BadInputException(what + ": expected a JSON object, found something else");
      }
      return object;
    } catch (CharacterCodingException e) {
      throw new BadInputException(what + ": expected UTF-8 text, found something else", e);
    } catch (JsonProcessingException e) {
      throw new BadInputException(what + ": expected JSON, found " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The texts of an object, by key.
   *
   * @throws BadInputException if a value is not text
   */
  static Map<String, String> texts(String what, JsonNode object) {
    if (!object.isObject()) {
      throw new BadInputException(what + ": expected a JSON object, found something else");
    }
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new BadInputException(
            what + ": expected text for '" + entry.getKey() + "', found something else");
      }
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    return texts;
  }
}
