package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.OpenBuffers;
import org.repfold.converter.execute.ReferenceEngine;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.verify.certificate.Certificate;
import org.repfold.converter.verify.certificate.Certificates;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

class VerifierTest {
  private static final VerifyOptions OPTIONS = VerifyOptions.defaults();

  private final SmallNet net = new SmallNet(5);

  @Test
  void aRightFoldPasses() {
    Verification result = verify(net.folding(SmallNet.Mistake.NONE));
    assertEquals(List.of(), result.failures());
    assertTrue(result.passed());
    assertNull(result.firstFailure());
    assertTrue(result.algebra().maxRelative() < 1e-14, "algebra " + result.algebra());
    assertTrue(result.algebra().values() > 1000);
    assertTrue(result.rounding().maxUlp() > 0.1 && result.rounding().maxUlp() <= 0.5);
    assertEquals(1, result.rounding().correctlyRounded());
    assertEquals(
        List.of("stem.conv", "relu", "pool", "head"),
        result.values().stream().map(ValueCheck::node).toList());
    assertEquals(Certificate.Outcome.SAMPLED, result.folds().get(0).certificate().outcome());
    assertEquals(1, result.algebra().folds());
    assertEquals(0, result.algebra().certified());
  }

  @Test
  void aVerificationLeavesNothingInNativeMemory() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    assertEquals(0, OpenBuffers.leftBy(() -> verify(folding)));
  }

  @Test
  void certifiedFoldsAreMarkedAndCounted() {
    Conversion conversion = Conversion.of(net.train(), Effort.ALL);
    Verification result = Verifier.verify(conversion, conversion.deploy(), OPTIONS);
    assertTrue(result.passed());
    assertEquals(result.folds().size(), result.algebra().certified());
    assertTrue(result.algebra().certified() > 0);
    assertEquals(Certificate.Outcome.CERTIFIED, result.folds().get(0).certificate().outcome());
    assertTrue(result.timings().containsKey("certificates"));
  }

  @Test
  void aRefutedFoldFailsEvenIfNoSampleShowsIt() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Certificate refuted =
        new Certificate(
            Certificate.Outcome.REFUTED,
            null,
            0,
            4,
            0,
            null,
            null,
            new Certificate.Mismatch(
                "stem.bn", List.of(0L, 1L), "image", List.of(0L, 2L), 1.5, 1.25, 0.25, 1e-15));
    Verification result =
        Verifier.verify(folding, new Certificates(List.of(refuted), 0), shipped(folding), OPTIONS);
    assertFalse(result.passed());
    assertFalse(result.algebra().passed());
    assertFalse(result.folds().get(0).passed());
    assertNull(result.firstFailure());
    assertEquals(
        List.of(
            "algebra: fold 1 (ConvBatchNorm of 'stem.bn') changes the factor of 'image' [0, 2] in"
                + " 'stem.bn' [0, 1]: expected 1.5, found 1.25 (relative difference 0.25, bound"
                + " 1.0E-15)"),
        result.failures());
  }

  @Test
  void certificatesOfOtherFoldsAreNotAccepted() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Certificate sampled = Certificate.sampled("not tried");
    Certificates two = new Certificates(List.of(sampled, sampled), 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> Verifier.verify(folding, two, shipped(folding), OPTIONS));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aWrongFoldFailsAndIsNamed(SmallNet.Mistake mistake) {
    Verification result = verify(net.folding(mistake));
    assertFalse(result.passed());
    assertFalse(result.algebra().passed());
    assertEquals("stem.conv", result.firstFailure().node());
    assertEquals("stem.bn", result.firstFailure().sourceNode());
    assertEquals("ConvBatchNorm", result.firstFailure().fold());
    assertEquals(List.of("stem.conv", "stem.bn"), result.firstFailure().consumed());
    assertEquals(4, result.firstFailure().index().size());
    assertNotNull(result.firstFailure().error());
    assertFalse(result.folds().get(0).passed());
    assertTrue(result.rounding().passed(), "the wrong weights themselves are rounded well");
  }

  @Test
  void aValueThatNoPairNamesIsBlamedOnTheFoldBeforeIt() {
    Folding wrong = net.folding(SmallNet.Mistake.DROPPED_BIAS);
    Folding fewer =
        new Folding(
            wrong.source(), wrong.folded(), wrong.steps(), List.of(), Map.of("head", "head"));
    Verification result = verify(fewer);
    assertEquals("head", result.firstFailure().node());
    assertEquals("ConvBatchNorm", result.firstFailure().fold());
  }

  @Test
  void aNaNInBothFormsFails() {
    UnaryOperator<Operator> poison =
        operator ->
            operator instanceof Operator.Gemm gemm
                ? new Operator.Gemm(
                    gemm.weight(), gemm.bias().map(b -> Tensor.vector(nanAtThree(b.toDoubles()))))
                : operator;
    Folding right = net.folding(SmallNet.Mistake.NONE);
    Verification result =
        verify(
            new Folding(
                right.source().mapOperators(poison),
                right.folded().mapOperators(poison),
                right.steps(),
                List.of(),
                right.equivalents()));
    assertFalse(result.passed());
    assertFalse(result.algebra().passed());
    assertNull(result.algebra().maxRelative());
    assertEquals("head", result.firstFailure().node());
    assertEquals("NaN", result.firstFailure().found());
    assertEquals(List.of(0L, 3L), result.firstFailure().index());
    assertFalse(result.rounding().passed());
    assertFalse(result.behaviour().passed());
  }

  @Test
  void noDataToCompareFails() {
    LabelledData none =
        new LabelledData("nothing", Nd4j.create(DataType.FLOAT, 0, 4, 5, 5), new int[0]);
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Verification result = Verifier.verify(folding, shipped(folding), OPTIONS.withData(none));
    assertFalse(result.passed());
    assertTrue(result.failures().get(0).contains("no value was compared"), "" + result.failures());
  }

  @Test
  void aShippedWeightOffByOnePlaceFailsTheRounding() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Graph shipped =
        shipped(folding)
            .mapOperators(
                operator -> {
                  if (!(operator instanceof Operator.Conv conv)) {
                    return operator;
                  }
                  float[] weight = conv.weight().toFloats();
                  weight[17] = Math.nextUp(weight[17]);
                  return new Operator.Conv(
                      Tensor.of(conv.weight().shape(), weight),
                      conv.bias(),
                      conv.window(),
                      conv.group());
                });
    Verification result = Verifier.verify(folding, shipped, OPTIONS);
    assertFalse(result.passed());
    assertTrue(result.algebra().passed());
    assertEquals("stem.conv", result.rounding().worst().node());
    assertEquals("weight", result.rounding().worst().tensor());
    assertEquals(17, result.rounding().worst().index());
  }

  @Test
  void aDeployFormOfAnotherStructureFails() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Verification result = Verifier.verify(folding, net.train(), OPTIONS);
    assertFalse(result.rounding().passed());
    assertTrue(result.rounding().failures().toString().contains("stem.bn"));
  }

  @Test
  void anEngineWorseThanTheTrainFormFails() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Graph shipped = shipped(folding);
    Verification result =
        Verifier.verify(
            folding,
            shipped,
            OPTIONS.withEngines(
                List.of(), List.of(changed("sloppy", shipped, y -> y.muli(1.00001)))));
    assertFalse(result.passed());
    assertTrue(result.failures().toString().contains("deploy form in sloppy on probes"));
    assertEquals(1e-5, result.behaviour().deploy().relativeL2(), 1e-6);
  }

  @Test
  void anEngineThatGivesNaNFails() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Graph shipped = shipped(folding);
    Engine broken = changed("broken", shipped, y -> y.putScalar(0, Float.NaN));
    assertFalse(
        Verifier.verify(folding, shipped, OPTIONS.withEngines(List.of(), List.of(broken)))
            .passed());
  }

  @Test
  void labelledDataNeedTheSamePredictedClass() {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    Graph shipped = shipped(folding);
    LabelledData images = SmallNet.images(23);
    Verification right =
        Verifier.verify(
            folding,
            shipped,
            new VerifyOptions(
                1,
                java.util.Optional.of(images),
                List.of(),
                List.of(),
                5,
                VerifyOptions.Probing.ALL));
    assertEquals(List.of(), right.failures());
    assertEquals(23, right.behaviour().deploy().predictions().samples());
    assertEquals("noise", right.behaviour().deploy().inputs());
    assertEquals(
        right.behaviour().train().predictions().accuracy(),
        right.behaviour().deploy().predictions().accuracy());
    Engine other = changed("other", shipped, y -> y.size(0) == 23 ? y.putScalar(7, 3, 1e6) : y);
    Verification wrong =
        Verifier.verify(
            folding, shipped, OPTIONS.withData(images).withEngines(List.of(), List.of(other)));
    assertTrue(wrong.failures().toString().contains("predicted class of sample 7 differs"));
  }

  @Test
  void theSameCommandGivesTheSameBytes() throws Exception {
    Folding folding = net.folding(SmallNet.Mistake.NONE);
    String first = json(Verifier.verify(folding, shipped(folding), OPTIONS));
    assertEquals(first, json(Verifier.verify(folding, shipped(folding), OPTIONS)));
    assertFalse(first.contains("NaN") || first.contains("Infinity"));
    assertFalse(
        first.equals(json(Verifier.verify(folding, shipped(folding), OPTIONS.withSeed(2)))));
  }

  @Test
  void aConversionWithLoweringPasses() {
    Conversion conversion = Conversion.of(net.train());
    Verification result = Verifier.verify(conversion, conversion.deploy(), OPTIONS);
    assertEquals(List.of(), result.failures());
    assertFalse(result.folds().isEmpty());
    assertTrue(result.values().size() >= 3);
  }

  private static Verification verify(Folding folding) {
    return Verifier.verify(folding, shipped(folding), OPTIONS);
  }

  private static Graph shipped(Folding folding) {
    return folding.folded().withParameters(ElementType.FLOAT32);
  }

  private static String json(Verification verification) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode tree = mapper.valueToTree(verification);
    assertNotNull(tree.remove("timings"));
    return mapper.writeValueAsString(tree);
  }

  private static Engine changed(String name, Graph graph, UnaryOperator<INDArray> change) {
    Engine engine = new ReferenceEngine(graph, ElementType.FLOAT32);
    return new Engine() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<INDArray> run(List<INDArray> batches) {
        return engine.run(batches).stream().map(change).toList();
      }
    };
  }

  private static double[] nanAtThree(double[] values) {
    values[3] = Double.NaN;
    return values;
  }
}
