package org.repfold.zoo.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jGraph;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.dl4j.Dl4jWriter;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.onnx.OnnxReader;
import org.repfold.graph.onnx.OnnxWriter;
import org.repfold.zoo.Golden;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.StateDict;

/** Small MLP-Mixer, ResMLP and gMLP, compared with what timm computes, in every form. */
class TokenGoldenTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final double FLOAT_TOLERANCE = 1e-6;

  private static ComputationGraph network(
      Golden golden, NetworkConfiguration configuration, DataType type) {
    ComputationGraph network = TinyNetworks.build(configuration, type);
    StateDict.load(network, golden.train());
    return network;
  }

  private static Conversion convert(String name, NetworkConfiguration configuration) {
    ComputationGraph network = network(Golden.read(name), configuration, DataType.FLOAT);
    return Conversion.of(new Dl4jReader().read(network).graph());
  }

  private static void assertGives(Golden golden, Graph graph, ElementType type, double tolerance) {
    INDArray output = new ReferenceExecutor(graph, type).run(golden.tensor("x"));
    assertClose(golden.tensor("y_exact"), output, tolerance);
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void dl4jInDoubleReproducesTheReference(String name, NetworkConfiguration configuration) {
    Golden golden = Golden.read(name);
    assertClose(
        golden.tensor("y_exact"),
        network(golden, configuration, DataType.DOUBLE).outputSingle(golden.tensor("x")),
        DOUBLE_TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void dl4jInFloatReproducesTheReference(String name, NetworkConfiguration configuration) {
    Golden golden = Golden.read(name);
    assertClose(
        golden.tensor("y_exact"),
        network(golden, configuration, DataType.FLOAT)
            .outputSingle(golden.tensor("x").castTo(DataType.FLOAT)),
        FLOAT_TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void everyFormInDoubleReproducesTheReference(String name, NetworkConfiguration configuration) {
    Golden golden = Golden.read(name);
    Conversion conversion = convert(name, configuration);
    for (Graph form :
        List.of(
            conversion.folding().source(),
            conversion.folding().folded(),
            conversion.lowering().folded())) {
      assertGives(golden, form, ElementType.FLOAT64, DOUBLE_TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void everyFormInFloatReproducesTheReference(String name, NetworkConfiguration configuration) {
    Golden golden = Golden.read(name);
    Conversion conversion = convert(name, configuration);
    for (Graph form :
        List.of(conversion.folding().source(), conversion.folded(), conversion.deploy())) {
      assertGives(golden, form, ElementType.FLOAT32, FLOAT_TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void loadedDeployFormReproducesTheReferenceInDl4j(
      String name, NetworkConfiguration configuration, @TempDir Path folder) throws IOException {
    Golden golden = Golden.read(name);
    Dl4jGraph source = new Dl4jReader().read(network(golden, configuration, DataType.FLOAT));
    Graph folded = Conversion.of(source.graph()).folded();
    Path file = folder.resolve("deploy.zip");
    Dl4jWriter.write(folded, source, file);

    ComputationGraph deploy = ComputationGraph.load(file.toFile(), false);
    assertClose(
        golden.tensor("y_exact"),
        deploy.outputSingle(golden.tensor("x").castTo(DataType.FLOAT)),
        FLOAT_TOLERANCE);
    assertEquals(folded.operatorCounts(), new Dl4jReader().read(file).graph().operatorCounts());
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void theDeployFilePassesVerification(String name, NetworkConfiguration configuration) {
    Conversion conversion = convert(name, configuration);
    Graph shipped = OnnxReader.read(OnnxWriter.toBytes(conversion.deploy()));

    Verification result = Verifier.verify(conversion, shipped, VerifyOptions.defaults());

    assertEquals(List.of(), result.failures());
  }

  @Test
  void ofAMixerTheSecondAndTheLastNormGiveTheirGainsToTheNextDenseLayer() {
    Graph deploy = convert("mixer_tiny", TinyNetworks.MIXER).deploy();

    assertEquals(List.of("blocks.0.norm1", "blocks.1.norm1"), normsWithGain(deploy));
    assertEquals(
        Map.of(
            "Conv",
            1,
            "LayerNormalization",
            5,
            "MatMul",
            8,
            "Gelu",
            4,
            "Add",
            12,
            "Gemm",
            1,
            "ReduceMean",
            1,
            "Reshape",
            1,
            "Transpose",
            1),
        operators(deploy));
  }

  @Test
  void ofAResMlpNoAffineAndNoLayerScaleIsLeft() {
    Graph deploy = convert("resmlp_tiny", TinyNetworks.RESMLP).deploy();

    int scales = 2;
    int biases = 2 * 2 + 2;
    int sums = 2 * 2;
    assertEquals(
        Map.of(
            "Conv",
            1,
            "MatMul",
            6,
            "Gelu",
            2,
            "Mul",
            scales,
            "Add",
            biases + sums,
            "Gemm",
            1,
            "ReduceMean",
            1,
            "Reshape",
            1,
            "Transpose",
            1),
        operators(deploy));
  }

  @Test
  void ofAGmlpNoGainIsLeft() {
    Graph deploy = convert("gmlp_tiny", TinyNetworks.GMLP).deploy();

    assertEquals(List.of(), normsWithGain(deploy));
    assertEquals(
        Map.of(
            "Conv",
            1,
            "LayerNormalization",
            5,
            "MatMul",
            6,
            "Gelu",
            2,
            "Slice",
            4,
            "Mul",
            2,
            "Add",
            8,
            "Gemm",
            1,
            "ReduceMean",
            1,
            "Reshape",
            1),
        without("Transpose", operators(deploy)));
  }

  /** PyTorch transposes the tokens where a dense layer of ours goes along their axis. */
  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void whatPyTorchExportsFoldsToTheSameOperators(String name, NetworkConfiguration configuration) {
    Path file = Path.of("../converter/src/test/resources/golden/onnx/" + name + ".onnx");
    Graph exported = Conversion.of(OnnxReader.read(file)).deploy();

    assertEquals(
        without("Transpose", operators(exported)),
        without("Transpose", operators(convert(name, configuration).deploy())));
  }

  private static List<String> normsWithGain(Graph graph) {
    return graph.nodes().stream()
        .filter(
            node ->
                node.operator() instanceof Operator.LayerNormalization norm
                    && (norm.shift().isPresent()
                        || IntStream.range(0, norm.scale().size())
                            .anyMatch(i -> norm.scale().get(i) != 1)))
        .map(Node::name)
        .toList();
  }

  private static Map<String, Integer> operators(Graph graph) {
    return without("Constant", graph.operatorCounts());
  }

  private static Map<String, Integer> without(String operator, Map<String, Integer> counts) {
    Map<String, Integer> rest = new TreeMap<>(counts);
    rest.remove(operator);
    return rest;
  }
}
