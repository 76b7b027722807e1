package org.repfold.converter.io.dl4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.Gadget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.BadInputException;

/** Whatever class a zip names, and wherever: none but DL4J's, ND4J's and Repfold's is loaded. */
class ForeignClassesTest {
  private static final String GADGET = "com.example.Gadget";

  /** Not {@code Untouched.class}, which may load it. */
  private static final String UNTOUCHED = "com.example.Untouched";

  private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");

  @TempDir Path folder;
  private Path file;
  private Map<String, byte[]> entries;
  private String configuration;

  @BeforeEach
  void saveNetwork() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .weightInit(new NormalDistribution(0, 1))
                .dropOut(0.5)
                .list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(3).build())
                .layer(new OutputLayer.Builder().nIn(3).nOut(2).build())
                .build());
    network.init();
    file = folder.resolve("net.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    read();
  }

  private void saveGraph() throws IOException {
    MultiLayerNetwork network = MultiLayerNetwork.load(file.toFile(), false);
    ModelSerializer.writeModel(network.toComputationGraph(), file.toFile(), true);
    read();
  }

  private void read() throws IOException {
    entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    configuration = new String(entries.get("configuration.json"), UTF_8);
    System.clearProperty(Gadget.TRACE);
  }

  private void writeWith(String name, byte[] content) throws IOException {
    Map<String, byte[]> changed = new LinkedHashMap<>(entries);
    changed.put(name, content);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : changed.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
  }

  private void writeConfiguration(String json) throws IOException {
    writeWith("configuration.json", json.getBytes(UTF_8));
  }

  @Test
  void allowedGadgetIsLoaded() throws IOException {
    writeConfiguration(configuration.replace(DenseLayer.class.getName(), GADGET));

    new Dl4jReader(Set.of(GADGET)).read(file);

    assertEquals("made", System.getProperty(Gadget.TRACE));
  }

  @Test
  void gadgetIsRefusedByName() throws IOException {
    writeConfiguration(configuration.replace(DenseLayer.class.getName(), UNTOUCHED));

    String message =
        assertThrows(BadInputException.class, () -> new Dl4jReader().read(file)).getMessage();

    assertTrue(message.contains("found 'com.example.Untouched'"), message);
    assertNull(System.getProperty(Gadget.TRACE));
  }

  /** Names and values alike; DL4J's older formats have classes in several places. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noTextOfAConfigurationLoadsAClass(boolean isGraph) throws IOException {
    if (isGraph) {
      saveGraph();
    }
    List<MatchResult> texts = TEXT.matcher(configuration).results().toList();
    assertTrue(texts.size() > 100, "only " + texts.size());
    for (MatchResult text : texts) {
      String start = configuration.substring(0, text.start());
      String end = configuration.substring(text.end());
      for (String gadget :
          List.of(
              "\"" + UNTOUCHED + "\"",
              "{\"" + UNTOUCHED + "\" : {}}",
              "{\"@class\" : \"" + UNTOUCHED + "\"}",
              "[\"" + UNTOUCHED + "\", {}]")) {
        writeConfiguration(start + gadget + end);
        try {
          new Dl4jReader().read(file);
        } catch (BadInputException e) {
          // Most places take no such thing.
        }
        assertNull(System.getProperty(Gadget.TRACE), () -> "by " + text.group() + " at " + start);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "preprocessor.bin",
        "normalizer.bin",
        "updaterState.bin",
        "updater.bin",
        "objects.json"
      })
  void objectsBesideTheNetworkAreNotDeserialised(String entry) throws IOException {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(object)) {
      out.writeObject(new Gadget());
    }
    System.clearProperty(Gadget.TRACE);
    writeWith(entry, object.toByteArray());

    new Dl4jReader().read(file);

    assertNull(System.getProperty(Gadget.TRACE));
  }
}
