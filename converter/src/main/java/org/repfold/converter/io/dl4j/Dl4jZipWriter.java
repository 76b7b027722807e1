package org.repfold.converter.io.dl4j;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Input;
import org.repfold.graph.file.OutputFile;

/**
 * Writes the zip that DL4J's {@code ModelSerializer} reads, the same bytes for the same network.
 */
final class Dl4jZipWriter {
  /** The earliest time that a zip can state. */
  private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private static final ObjectMapper JSON = new ObjectMapper();

  private Dl4jZipWriter() {}

  /**
   * Writes the file, whole or not at all.
   *
   * @param inputs whose shapes the zip is to state, as DL4J's own entries do not
   * @param metadata free text for the zip to state
   * @throws org.repfold.graph.BadInputException if it cannot be written
   */
  static void write(
      ComputationGraph graph,
      List<Input> inputs,
      Map<String, String> metadata,
      Path file,
      boolean force) {
    OutputFile.write(file, force, out -> write(graph, inputs, metadata, out));
  }

  private static void write(
      ComputationGraph graph, List<Input> inputs, Map<String, String> metadata, OutputStream out)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    text(zip, Dl4jZip.CONFIGURATION, graph.getConfiguration().toJson());
    // Weights are noise to a compressor.
    zip.setLevel(Deflater.NO_COMPRESSION);
    start(zip, Dl4jZip.COEFFICIENTS);
    // DL4J's numParams() leaves out the parameters of vertices that are no layers.
    if (graph.params().length() > 0) {
      DataOutputStream numbers = new DataOutputStream(new BufferedOutputStream(zip));
      Nd4j.write(graph.params(), numbers);
      numbers.flush();
    } else {
      start(zip, Dl4jZip.NO_PARAMETERS);
    }
    zip.setLevel(Deflater.DEFAULT_COMPRESSION);
    text(zip, Dl4jZip.INPUT_SHAPES, JSON.writeValueAsString(shapes(inputs)));
    if (!metadata.isEmpty()) {
      text(zip, Dl4jZip.METADATA, JSON.writeValueAsString(new TreeMap<>(metadata)));
    }
    zip.finish();
  }

  private static Map<String, long[]> shapes(List<Input> inputs) {
    Map<String, long[]> shapes = new TreeMap<>();
    for (Input input : inputs) {
      long[] shape = input.shape().toArray();
      shapes.put(input.name(), Arrays.copyOfRange(shape, 1, shape.length));
    }
    return shapes;
  }

  private static void text(ZipOutputStream zip, String name, String text) throws IOException {
    start(zip, name);
    zip.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void start(ZipOutputStream zip, String name) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(ENTRY_TIME);
    zip.putNextEntry(entry);
  }
}
