package org.repfold.converter.io.dl4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/** The zip that DL4J's {@code ModelSerializer} writes, read with suspicion. */
final class Dl4jZip {
  static final String CONFIGURATION = "configuration.json";
  static final String COEFFICIENTS = "coefficients.bin";

  /** Marks a network without parameters, whose coefficients are empty. */
  static final String NO_PARAMETERS = "noParams.marker";

  /** Repfold's own entry: the inputs' shapes without the batch axis, as DL4J forgets them. */
  static final String INPUT_SHAPES = "repfold-input-shapes.json";

  /** Repfold's own entry: free text by name (provenance). */
  static final String METADATA = "repfold-metadata.json";

  private static final int LARGEST_TEXT = 64 << 20;
  private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};

  /** No more than this many bytes come of one deflated byte. */
  private static final long LARGEST_INFLATION = 1100;

  private Dl4jZip() {}

  /**
   * What a zip holds.
   *
   * @param graph the network, a {@code MultiLayerNetwork} as a graph
   * @param inputs the shapes of those inputs whose shape the zip states
   * @param metadata free text that the zip states
   */
  record Content(ComputationGraph graph, Map<String, Shape> inputs, Map<String, String> metadata) {}

  /**
   * Reads a zip.
   *
   * @throws BadInputException in one line that does not name the file, if it is not a sound zip of
   *     a network
   */
  static Content read(Path file, Set<String> allowedClasses) {
    try {
      requireZip(file);
      try (ZipFile zip = new ZipFile(file.toFile())) {
        requireEntries(zip);
        ComputationGraphConfiguration configuration = configuration(zip, allowedClasses);
        long parameters = parameterCount(configuration);
        if (parameters > Files.size(file) * LARGEST_INFLATION) {
          throw new BadInputException(
              "%s: expected %d numbers, more than the file can hold"
                  .formatted(COEFFICIENTS, parameters));
        }
        return new Content(
            Coefficients.initialise(configuration, zip, parameters),
            inputShapes(zip),
            metadata(zip));
      }
    } catch (ZipException e) {
      throw new BadInputException("expected a whole zip file, found: " + firstLine(e), e);
    } catch (IOException e) {
      throw new BadInputException("cannot be read: " + firstLine(e), e);
    }
  }

  private static void requireZip(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new BadInputException("expected a file, found none");
    }
    if (!Files.isRegularFile(file)) {
      throw new BadInputException("expected a file, found a folder or device");
    }
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(ZIP_MAGIC.length);
    }
    if (start.length == 0) {
      throw new BadInputException("expected a DL4J zip, found an empty file");
    }
    if (!Arrays.equals(start, ZIP_MAGIC)) {
      throw new BadInputException("expected a DL4J zip, found a file that is not a zip");
    }
  }

  private static ComputationGraphConfiguration configuration(
      ZipFile zip, Set<String> allowedClasses) throws IOException {
    ZipEntry entry = zip.getEntry(CONFIGURATION);
    if (entry == null) {
      throw new BadInputException(
          "expected a DL4J zip with an entry " + CONFIGURATION + ", found " + names(zip));
    }
    String json = text(zip, entry);
    ConfigurationClasses.Kind kind = ConfigurationClasses.check(json, allowedClasses);
    try {
      ComputationGraphConfiguration configuration =
          switch (kind) {
            case COMPUTATION_GRAPH -> ComputationGraphConfiguration.fromJson(json);
            case MULTI_LAYER_NETWORK ->
                LayerSequence.toGraph(MultiLayerConfiguration.fromJson(json));
          };
      configuration.validate(true, false);
      for (String vertex : configuration.getVertices().keySet()) {
        if (!configuration.getVertexInputs().containsKey(vertex)) {
          throw new IllegalStateException("vertex '" + vertex + "' has no inputs");
        }
      }
      return configuration;
    } catch (RuntimeException e) {
      throw new BadInputException(CONFIGURATION + ": DL4J cannot read it: " + rootLine(e), e);
    }
  }

  private static List<String> names(ZipFile zip) {
    return zip.stream().limit(5).map(ZipEntry::getName).toList();
  }

  /** Nothing is unpacked, but whoever does so later would have the file from here. */
  private static void requireEntries(ZipFile zip) {
    Set<String> names = new HashSet<>();
    for (ZipEntry entry : zip.stream().toList()) {
      String name = entry.getName();
      if (name.startsWith("/")
          || name.contains("\\")
          || Arrays.asList(name.split("/")).contains("..")) {
        throw new BadInputException("expected names inside the zip, found '" + name + "'");
      }
      if (!names.add(name)) {
        throw new BadInputException("entry '" + name + "': expected it once, found it twice");
      }
    }
  }

  private static String text(ZipFile zip, ZipEntry entry) throws IOException {
    return read(
        zip,
        entry,
        in -> {
          byte[] bytes = in.readNBytes(LARGEST_TEXT + 1);
          if (bytes.length > LARGEST_TEXT) {
            throw new BadInputException(
                entry.getName() + ": expected at most " + LARGEST_TEXT + " bytes, found more");
          }
          return new String(bytes, StandardCharsets.UTF_8);
        });
  }

  /** Makes something of an entry's bytes. */
  @FunctionalInterface
  interface Parser<T> {
    T parse(InputStream in) throws IOException;
  }

  /**
   * Parses an entry.
   *
   * @throws BadInputException if the parser leaves bytes over; what is beyond them, perhaps without
   *     end, is not unpacked
   * @throws ZipException if the bytes do not match their checksum
   */
  static <T> T read(ZipFile zip, ZipEntry entry, Parser<T> parser) throws IOException {
    try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      T parsed = parser.parse(in);
      if (in.read() >= 0) {
        throw new BadInputException(entry.getName() + ": expected its end, found more");
      }
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw new ZipException(entry.getName() + " does not match its checksum");
      }
      return parsed;
    }
  }

  private static long parameterCount(ComputationGraphConfiguration configuration) {
    long count = 0;
    for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
      try {
        vertex.getValue().setDataType(configuration.getDataType());
        long parameters = vertex.getValue().numParams(true);
        if (parameters < 0) {
          throw new IllegalStateException(parameters + " parameters");
        }
        count = Math.addExact(count, parameters);
      } catch (RuntimeException e) {
        throw new BadInputException(
            "vertex '" + vertex.getKey() + "': DL4J cannot size it: " + rootLine(e), e);
      }
    }
    return count;
  }

  private static Map<String, Shape> inputShapes(ZipFile zip) throws IOException {
    Map<String, Shape> shapes = new HashMap<>();
    object(zip, INPUT_SHAPES, "sizes for each input", new TypeReference<Map<String, long[]>>() {})
        .forEach((input, sizes) -> shapes.put(input, Shape.of(withBatch(sizes))));
    return shapes;
  }

  private static Map<String, String> metadata(ZipFile zip) throws IOException {
    return object(zip, METADATA, "text for each name", new TypeReference<Map<String, String>>() {});
  }

  /** The JSON object that an entry holds; an empty one where there is no such entry. */
  private static <V> Map<String, V> object(
      ZipFile zip, String name, String expected, TypeReference<Map<String, V>> type)
      throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      return Map.of();
    }
    try {
      Map<String, V> object = new ObjectMapper().readValue(text(zip, entry), type);
      if (object == null || object.containsValue(null)) {
        throw new BadInputException(name + ": expected " + expected + ", found null");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw new BadInputException(name + ": expected " + expected + ", found: " + firstLine(e), e);
    }
  }

  private static long[] withBatch(long[] sizes) {
    long[] shape = new long[sizes.length + 1];
    shape[0] = Shape.UNKNOWN;
    System.arraycopy(sizes, 0, shape, 1, sizes.length);
    return shape;
  }

  static String rootLine(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return firstLine(root);
  }

  private static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.lines().findFirst().orElseThrow();
  }
}
