package org.repfold.converter.trained;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.repfold.converter.Conversion;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.onnx.OnnxWriter;

/** Larger trained networks that others have published: they find lines of text and read them. */
@Tag("slow")
class TextNetworksTest {
  private static final int IMAGES = 6;

  /**
   * Of a probability. Float32 rounding over some seventy layers, whose sums have up to 4,000 terms;
   * ONNX Runtime's own optimiser moves probabilities of pixels at edges, where they are steepest,
   * by 3e-5.
   */
  private static final double CLOSE = 1e-4;

  private static final String BATCH_NORMALIZATION = "BatchNormalization";

  @ParameterizedTest
  @CsvSource({
    "ORIENTATION, 35",
    "DETECTION_V3, 49",
    "DETECTION_V4, 3",
    "RECOGNITION_V3, 32",
    "RECOGNITION_V4, 6"
  })
  void allBatchNormalizationsFold(TrainedNetwork network, int before) {
    Folding folding = Folder.fold(network.graph());
    assertEquals(before, folding.source().operatorCounts().get(BATCH_NORMALIZATION));
    assertEquals(
        Map.of(BATCH_NORMALIZATION, 0),
        Map.of(
            BATCH_NORMALIZATION,
            folding.folded().operatorCounts().getOrDefault(BATCH_NORMALIZATION, 0)),
        () -> "refusals " + folding.refusals());
  }

  /**
   * One BatchNormalization of the detection network does not stand behind a convolution but behind
   * an addition, which alone no BatchNormalization folds into. The addition is the bias of a
   * transposed convolution, though: it folds into that, and then the BatchNormalization does.
   */
  @Test
  void theBatchNormalizationBehindAnAdditionFoldsOnceTheAdditionHas() {
    Graph train = TrainedNetwork.DETECTION_V3.graph();
    List<Node> behindOthers =
        train.nodes().stream()
            .filter(node -> node.operator() instanceof Operator.BatchNormalization)
            .filter(
                node ->
                    !(train.find(node.input()).orElseThrow().operator() instanceof Operator.Conv))
            .toList();
    assertEquals(1, behindOthers.size());
    Node addition = train.find(behindOthers.get(0).input()).orElseThrow();
    Node convolution = train.find(addition.inputs().get(0)).orElseThrow();
    assertTrue(addition.operator() instanceof Operator.Add);
    assertTrue(convolution.operator() instanceof Operator.ConvTranspose);
    assertEquals(
        List.of("LinearShift", "ConvBatchNorm"),
        Folder.fold(train).steps().stream()
            .filter(step -> step.consumed().contains(convolution.name()))
            .map(step -> step.rule())
            .toList());
  }

  @ParameterizedTest
  @EnumSource
  void theConvertedNetworkGivesTheOriginalsProbabilities(TrainedNetwork network)
      throws OrtException {
    byte[] deploy = OnnxWriter.toBytes(Conversion.of(network.graph()).deploy());
    try (OnnxSession original = new OnnxSession(network.model(), OptLevel.NO_OPT);
        OnnxSession converted = new OnnxSession(deploy, OptLevel.ALL_OPT)) {
      double surest = 0;
      for (int i = 0; i < IMAGES; i++) {
        float[] sample = TextImage.of(2 * i).normalised(network.map());
        float[] expected = original.run(sample, network.map());
        float[] found = converted.run(sample, network.map());
        assertEquals(expected.length, found.length);
        for (int k = 0; k < expected.length; k++) {
          assertEquals(expected[k], found[k], CLOSE, "image " + i + ", output " + k);
          surest = Math.max(surest, expected[k]);
        }
      }
      assertTrue(surest > 0.9, "the network sees text nowhere: " + surest);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theConversionPassesVerification(TrainedNetwork network) {
    Conversion conversion = Conversion.of(network.graph(), Effort.SOME);
    Verification result =
        Verifier.verify(conversion, conversion.deploy(), VerifyOptions.defaults());
    assertEquals(List.of(), result.failures());
    assertEquals(result.folds().size(), result.algebra().certified());
  }
}
