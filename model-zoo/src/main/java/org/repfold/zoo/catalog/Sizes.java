package org.repfold.zoo.catalog;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * How large the networks with a name are, as measured: {@code scripts/zoo-sizes} builds, converts
 * and counts them, which takes minutes, and writes the file that is read here.
 */
public final class Sizes {
  private static final String FILE = "sizes.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Sizes() {}

  /** The sizes of all networks with a name, by name. */
  public static Map<String, NetworkSize> measured() {
    try (InputStream in = Sizes.class.getResourceAsStream(FILE)) {
      return JSON.readValue(in, new TypeReference<Map<String, NetworkSize>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file that {@link #measured} reads. */
  public static byte[] write(Map<String, NetworkSize> sizes) {
    try {
      return (JSON.writeValueAsString(sizes) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
