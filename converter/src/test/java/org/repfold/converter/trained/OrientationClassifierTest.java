package org.repfold.converter.trained;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.repfold.converter.Conversion;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.Graph;
import org.repfold.graph.onnx.OnnxWriter;

/** A trained network that others have published, converted and used for what it is trained for. */
class OrientationClassifierTest {
  private static final int IMAGES = 240;

  /**
   * Of a probability. Float32 rounding over 53 convolutions, whose sums have up to 800 terms, moves
   * it by some 1e-6; ONNX Runtime's own optimiser by as much.
   */
  private static final double CLOSE = 1e-5;

  private static Graph train;
  private static Conversion conversion;
  private static List<TextImage> images;
  private static float[][] original;
  private static float[][] converted;

  @BeforeAll
  static void convertAndClassify() throws OrtException {
    train = TrainedNetwork.ORIENTATION.graph();
    conversion = Conversion.of(train, Effort.SOME);
    images = IntStream.range(0, IMAGES).mapToObj(TextImage::of).toList();
    original = probabilities(TrainedNetwork.ORIENTATION.model(), OptLevel.NO_OPT);
    converted = probabilities(OnnxWriter.toBytes(conversion.deploy()), OptLevel.ALL_OPT);
  }

  private static float[][] probabilities(byte[] model, OptLevel level) throws OrtException {
    float[][] probabilities = new float[IMAGES][];
    try (OnnxSession session = new OnnxSession(model, level)) {
      for (int i = 0; i < IMAGES; i++) {
        float[] sample = images.get(i).normalised(TrainedNetwork.ORIENTATION.map());
        probabilities[i] = session.run(sample, TrainedNetwork.ORIENTATION.map());
      }
    }
    return probabilities;
  }

  private static boolean isUpsideDown(float[] probabilities) {
    return probabilities[1] > probabilities[0];
  }

  @Test
  void allBatchNormalizationsFold() {
    assertEquals(35, train.operatorCounts().get("BatchNormalization"));
    assertEquals(
        0, conversion.folding().folded().operatorCounts().getOrDefault("BatchNormalization", 0));
  }

  @Test
  void theConvertedNetworkGivesTheOriginalsProbabilities() {
    for (int i = 0; i < IMAGES; i++) {
      assertEquals(2, original[i].length);
      assertEquals(original[i][0], converted[i][0], CLOSE, "upright, image " + i);
      assertEquals(original[i][1], converted[i][1], CLOSE, "upside down, image " + i);
    }
  }

  @Test
  void noImageIsClassifiedOtherwise() {
    for (int i = 0; i < IMAGES; i++) {
      assertEquals(isUpsideDown(original[i]), isUpsideDown(converted[i]), "image " + i);
    }
  }

  @Test
  void theConvertedNetworkKnowsUpFromDown() {
    long right =
        IntStream.range(0, IMAGES)
            .filter(i -> isUpsideDown(converted[i]) == images.get(i).isUpsideDown())
            .count();
    assertTrue(right > 0.95 * IMAGES, () -> right + " of " + IMAGES + " are right");
  }

  @Test
  void theConversionPassesVerification() {
    Verification result =
        Verifier.verify(
            conversion,
            conversion.deploy(),
            VerifyOptions.defaults().withProbing(VerifyOptions.Probing.SOME));
    assertEquals(List.of(), result.failures());
  }
}
