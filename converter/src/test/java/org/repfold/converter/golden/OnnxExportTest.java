package org.repfold.converter.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.repfold.converter.Conversion;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.onnx.OnnxWriter;

/** PyTorch's ONNX exports of train forms, read, folded and run. */
class OnnxExportTest {
  /** float64 rounding over the sums of a small network, relative to the largest output. */
  private static final double EXACT = 1e-12;

  /** float32 rounding over the same sums: each layer adds some roundings of its largest value. */
  private static final double ROUNDED = 64 * 0x1p-24;

  @ParameterizedTest
  @EnumSource
  void theExportIsReadAsWhatPyTorchComputed(OnnxExport export) {
    assertExact(export, export.graph());
  }

  @ParameterizedTest
  @EnumSource
  void theFoldedFormGivesTheExactOutput(OnnxExport export) {
    assertExact(export, Folder.fold(export.graph()).folded());
  }

  @ParameterizedTest
  @EnumSource
  void noBatchNormalizationIsLeft(OnnxExport export) {
    Folding folding = Folder.fold(export.graph());
    assertEquals(
        0,
        folding.folded().operatorCounts().getOrDefault("BatchNormalization", 0),
        () -> folding.folded().operatorCounts() + " refusals " + folding.refusals());
  }

  @ParameterizedTest
  @EnumSource(names = {"ACB", "DBB"})
  void aBlockFoldsToOneConvolution(OnnxExport export) {
    assertOperators(Map.of("Conv", 1), Folder.fold(export.graph()));
  }

  @Test
  void aBlockWithAnActivationFoldsToOneConvolutionAndTheActivation() {
    assertOperators(Map.of("Conv", 1, "Relu", 1), Folder.fold(OnnxExport.REPVGG_IDENTITY.graph()));
  }

  private static void assertOperators(Map<String, Integer> expected, Folding folding) {
    assertEquals(
        new TreeMap<>(expected),
        folding.folded().operatorCounts(),
        () -> "refusals " + folding.refusals());
  }

  @ParameterizedTest
  @EnumSource(names = "REPMLPNET_TINY.*", mode = EnumSource.Mode.MATCH_ALL)
  void theFullyConnectedLayersOverMapsBecomeMatrixProducts(OnnxExport export) {
    Graph deploy = Conversion.of(export.graph()).deploy();
    List<String> products =
        deploy.nodes().stream()
            .filter(node -> node.name().contains("/fc3/"))
            .filter(node -> node.operator() instanceof Operator.MatMul)
            .map(Node::name)
            .toList();
    assertEquals(3, products.size(), () -> products + " of " + deploy.operatorCounts());
  }

  @Test
  void theOfficialDeployFormFoldsToWhatTheTrainFormFoldsTo() {
    assertEquals(
        Conversion.of(OnnxExport.REPMLPNET_TINY_ONE_PARTITION.graph()).deploy().operatorCounts(),
        Conversion.of(OnnxExport.REPMLPNET_TINY_ONE_PARTITION_OFFICIAL_DEPLOY.graph())
            .deploy()
            .operatorCounts());
  }

  @ParameterizedTest
  @EnumSource
  void theDeployFormGivesTheOutputInOnnxRuntimeUpToRounding(OnnxExport export) throws OrtException {
    Graph deploy = Conversion.of(export.graph()).deploy();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    FloatBuffer x = FloatBuffer.wrap(export.input().toFloats());
    try (OrtSession session = environment.createSession(OnnxWriter.toBytes(deploy));
        OnnxTensor input =
            OnnxTensor.createTensor(environment, x, export.input().shape().toArray());
        OrtSession.Result result = session.run(Map.of(deploy.inputs().get(0).name(), input))) {
      FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
      double[] found = new double[output.remaining()];
      Arrays.setAll(found, output::get);
      assertClose(export.exactOutput(), found, ROUNDED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theConversionPassesVerification(OnnxExport export) {
    Conversion conversion = Conversion.of(export.graph());
    Verification result =
        Verifier.verify(conversion, conversion.deploy(), VerifyOptions.defaults());
    assertEquals(List.of(), result.failures());
  }

  private static void assertExact(OnnxExport export, Graph graph) {
    assertClose(export.exactOutput(), export.output(graph), EXACT);
  }

  private static void assertClose(double[] expected, double[] found, double tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertEquals(expected.length, found.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], tolerance * largest, "y[" + i + "]");
    }
  }
}
