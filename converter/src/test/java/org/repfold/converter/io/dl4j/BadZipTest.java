package org.repfold.converter.io.dl4j;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.graph.BadInputException;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;

class BadZipTest {
  private static final InputType MAPS = InputType.convolutional(6, 5, 4);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void saveNetwork() throws IOException {
    file = folder.resolve("net.zip");
    save(network());
  }

  private static ComputationGraph network() {
    return Networks.random(
        DataType.FLOAT,
        g ->
            g.addLayer("conv", new ConvolutionLayer.Builder(3, 3).nIn(4).nOut(3).build(), "input")
                .addLayer(
                    "bn",
                    new BatchNormalization.Builder().nIn(3).nOut(3).useLogStd(false).build(),
                    "conv")
                .setOutputs("bn"));
  }

  private void save(ComputationGraph network) throws IOException {
    ModelSerializer.writeModel(network, file.toFile(), true);
  }

  private Map<String, byte[]> entries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private void write(Map<String, byte[]> entries) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
  }

  private void writeWith(String entry, byte[] content) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put(entry, content);
    write(entries);
  }

  private void writeWithout(String entry) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.remove(entry);
    write(entries);
  }

  private void writeConfiguration(String from, String to) throws IOException {
    String json = new String(entries().get("configuration.json"), UTF_8);
    assertTrue(json.contains(from), "nothing to replace");
    writeWith("configuration.json", json.replace(from, to).getBytes(UTF_8));
  }

  private void assertRefused(String expected) {
    String message =
        assertThrows(BadInputException.class, () -> new Dl4jReader().read(file, MAPS)).getMessage();
    assertFalse(message.contains("\n"), message);
    String start = file + ": " + expected;
    assertEquals(start, message.substring(0, Math.min(start.length(), message.length())));
  }

  @Test
  void soundZipIsReadWithoutItsUpdater() {
    assertEquals(2, new Dl4jReader().read(file, MAPS).graph().nodes().size());
  }

  @Test
  void missingFileIsRefused() throws IOException {
    Files.delete(file);
    assertRefused("expected a file, found none");
  }

  @Test
  void folderIsRefused() throws IOException {
    Files.delete(file);
    Files.createDirectory(file);
    assertRefused("expected a file, found a folder or device");
  }

  @Test
  void emptyFileIsRefused() throws IOException {
    Files.write(file, new byte[0]);
    assertRefused("expected a DL4J zip, found an empty file");
  }

  @Test
  void fileThatIsNoZipIsRefused() throws IOException {
    Files.writeString(file, "not a zip at all");
    assertRefused("expected a DL4J zip, found a file that is not a zip");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {3, 4, 100, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused("expected a ");
    }
  }

  @Test
  void flippedBitInTheWeightsIsRefused() throws IOException {
    Path sound = folder.resolve("sound.zip");
    Dl4jWriter.write(new Dl4jReader().read(file, MAPS).graph(), sound);
    byte[] bytes = Files.readAllBytes(sound);
    // The coefficients are stored as they are, just before the last entry and the directory.
    bytes[bytes.length - 500] ^= 1;
    Files.write(file, bytes);
    assertRefused("expected a whole zip file, found: coefficients.bin does not match its checksum");
  }

  @Test
  void zipOfSomethingElseIsRefused() throws IOException {
    write(Map.of("word/document.xml", new byte[10]));
    assertRefused(
        "expected a DL4J zip with an entry configuration.json, found [word/document.xml]");
  }

  @Test
  void zipWithoutCoefficientsIsRefused() throws IOException {
    writeWithout("coefficients.bin");
    assertRefused("expected a DL4J zip with an entry coefficients.bin, found none");
  }

  @Test
  void coefficientsOfAnotherNetworkAreRefused() throws IOException {
    writeConfiguration("\"nout\" : 3", "\"nout\" : 2");
    assertRefused(
        "coefficients.bin: expected 82 numbers, as the configuration has parameters, found 123");
  }

  @Test
  void shortCoefficientsAreRefused() throws IOException {
    byte[] numbers = entries().get("coefficients.bin");
    writeWith("coefficients.bin", Arrays.copyOf(numbers, numbers.length - 1));
    assertRefused("coefficients.bin: expected 123 numbers, found fewer");
  }

  @Test
  void coefficientsThatGoOnAreRefused() throws IOException {
    byte[] numbers = entries().get("coefficients.bin");
    writeWith("coefficients.bin", Arrays.copyOf(numbers, numbers.length + 1));
    assertRefused("coefficients.bin: expected 123 numbers, found more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "/etc/evil", "a/../../evil", "C:\\evil"})
  void nameOutsideTheZipIsRefused(String name) throws IOException {
    writeWith(name, new byte[1]);
    assertRefused("expected names inside the zip, found '");
  }

  @Test
  void entryThatComesTwiceIsRefused() throws IOException {
    writeWith("coefficients.bit", new byte[1]);
    String bytes = new String(Files.readAllBytes(file), ISO_8859_1);
    Files.writeString(file, bytes.replace("coefficients.bit", "coefficients.bin"), ISO_8859_1);
    assertRefused("entry 'coefficients.bin': expected it once, found it twice");
  }

  @Test
  void coefficientsThatAreNoArrayAreRefused() throws IOException {
    writeWith("coefficients.bin", new byte[] {0, 2, 'n', 'o', 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 'x'});
    assertRefused("coefficients.bin: expected an ND4J array, found something else");
  }

  @Test
  void networkLargerThanTheFileIsRefusedBeforeAnythingIsAllocated() throws IOException {
    writeConfiguration("\"nin\" : 4", "\"nin\" : 400000000");
    assertRefused("coefficients.bin: expected 10800000015 numbers, more than the file can hold");
  }

  @Test
  void multiLayerNetworkIsReadAsHardened() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(3).build())
                .build());
    network.init();
    ModelSerializer.writeModel(network, file.toFile(), false);
    assertEquals(Shape.of(-1, 4), new Dl4jReader().read(file).graph().inputs().get(0).shape());
    writeConfiguration("org.deeplearning4j.nn.conf.layers.DenseLayer", "com.example.Evil");
    assertRefused("configuration.json: expected classes of DL4J, ND4J and Repfold alone, found");
  }

  @Test
  void configurationThatIsNoJsonIsRefusedInOneLine() throws IOException {
    writeWith("configuration.json", "{\"vertices\": [\n nonsense".getBytes(UTF_8));
    assertRefused("configuration.json: expected JSON, found: ");
  }

  @Test
  void configurationOfSomethingElseIsRefused() throws IOException {
    writeWith("configuration.json", "{\"name\": 1}".getBytes(UTF_8));
    assertRefused("configuration.json: expected a ComputationGraphConfiguration or a");
  }

  @Test
  void foreignClassIsRefused() throws IOException {
    writeConfiguration(
        "\"@class\" : \"org.deeplearning4j.nn.conf.layers.ConvolutionLayer\"",
        "\"@class\" : \"javax.swing.JEditorPane\"");
    assertRefused(
        "configuration.json: expected classes of DL4J, ND4J and Repfold alone, found"
            + " 'javax.swing.JEditorPane'");
  }

  @Test
  void secondClassNameInOneObjectIsRefused() throws IOException {
    writeConfiguration(
        "\"@class\" : \"org.deeplearning4j.nn.conf.layers.ConvolutionLayer\"",
        "\"@class\" : \"org.deeplearning4j.nn.conf.layers.ConvolutionLayer\", \"@class\" : \"org.nd4j.X\"");
    assertRefused("configuration.json: expected JSON, found: Duplicate field '@class'");
  }

  @Test
  void classThatIsMissingIsReportedInOneLine() throws IOException {
    writeConfiguration(
        "org.deeplearning4j.nn.conf.layers.ConvolutionLayer", "org.repfold.nowhere.Layer");
    assertRefused("configuration.json: DL4J cannot read it: ");
  }

  @Test
  void inputThatDoesNotExistIsReportedInOneLine() throws IOException {
    writeConfiguration("\"bn\" : [ \"conv\" ]", "\"bn\" : [ \"nowhere\" ]");
    assertRefused("configuration.json: DL4J cannot read it: Invalid configuration: Vertex \"bn\"");
  }

  @Test
  void vertexWithoutInputsIsNamed() throws IOException {
    writeConfiguration("\"conv\" : [ \"input\" ],", "");
    assertRefused("configuration.json: DL4J cannot read it: vertex 'conv' has no inputs");
  }

  @Test
  void layerWithoutAStrideIsNamed() throws IOException {
    writeConfiguration("\"stride\" :", "\"other\" :");
    assertRefused("vertex 'conv': expected a complete configuration, found one that fails: ");
  }

  @Test
  void statedInputShapesMustBeSizes() throws IOException {
    writeWith("repfold-input-shapes.json", "{\"input\": null}".getBytes(UTF_8));
    assertRefused("repfold-input-shapes.json: expected sizes for each input, found null");
    writeWith("repfold-input-shapes.json", "{\"input\": \"large\"}".getBytes(UTF_8));
    assertRefused("repfold-input-shapes.json: expected sizes for each input, found: ");
  }

  @Test
  void namedClassIsAllowed() throws IOException {
    writeConfiguration("org.deeplearning4j.nn.conf.layers.ConvolutionLayer", "com.example.Layer");
    String message =
        assertThrows(
                BadInputException.class,
                () -> new Dl4jReader(Set.of("com.example.Layer")).read(file, MAPS))
            .getMessage();
    assertTrue(message.contains("DL4J cannot read it"), message);
  }

  @Test
  void weightThatIsNotANumberIsNamed() throws IOException {
    ComputationGraph network = network();
    network.getVertex("conv").paramTable(false).get("b").putScalar(1, Float.NaN);
    save(network);
    assertRefused("vertex 'conv': b[1]: expected a finite number, found NaN");
  }

  @Test
  void negativeVarianceIsNamed() throws IOException {
    ComputationGraph network = network();
    network.getVertex("bn").paramTable(false).get("var").putScalar(2, -1);
    save(network);
    assertRefused("node 'bn': variance[2]: expected a variance of at least 0");
  }

  /** A network of one clipping, as this library writes it. */
  private void saveClipping() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("input", Shape.UNKNOWN, 4, 6, 5);
    graph.add("clip", new Unary.Clip(0.25, 2), "input");
    Dl4jWriter.write(graph.output("clip").build(), file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"operator\" : \"Clip\"|\"operator\" : \"Nothing\"",
        "\"operator\" : \"Clip\"|\"operator\" : \"Opaque\"",
        "\"operator\" : \"Clip\"|\"operator\" : \"Constant\"",
        "\"operator\" : \"Clip\"|\"operator\" : null",
        "\"lowest\"|\"other\"",
        "0.25|7.5",
        "0.25|0.25, 1.0",
        "\"parameters\" : { }|\"parameters\" : { \"operand0\" : [ 4 ] }",
        "\"parameters\" : { }|\"parameters\" : { \"weight\" : [ 4 ] }",
        "\"parameters\" : { }|\"parameters\" : null"
      })
  void operatorThatIsNoneIsRefused(String from, String to) throws IOException {
    saveClipping();
    assertEquals(1, new Dl4jReader().read(file).graph().nodes().size());
    writeConfiguration(from, to);
    assertRefused("configuration.json: DL4J cannot read it: ");
  }
}
