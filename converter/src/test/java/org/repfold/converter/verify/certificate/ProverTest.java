package org.repfold.converter.verify.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.converter.verify.certificate.Certificate.Outcome;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class ProverTest {
  private static final long ENOUGH = 1 << 28;

  private final RandomOperators random = new RandomOperators(7);
  private final Prover prover = new Prover(ENOUGH, ENOUGH, true);

  /** A graph of one input {@code x} whose output {@code y} is made by the given nodes. */
  private static Graph graph(Shape input, Node... nodes) {
    return Graph.of(List.of(new Input("x", input)), List.of(nodes), List.of("y"));
  }

  private Certificate compare(Graph before, Graph after) {
    return compare(prover, before, after);
  }

  private static Certificate compare(Prover prover, Graph before, Graph after) {
    return prover.compare(before, after, Samples.fewest(before)).certificate();
  }

  private static void assertSampled(String reason, Certificate certificate) {
    assertEquals(Outcome.SAMPLED, certificate.outcome());
    assertTrue(certificate.reason().contains(reason), certificate::reason);
  }

  private static void assertCertified(Certificate certificate) {
    assertEquals(Outcome.CERTIFIED, certificate.outcome(), () -> certificate.toString());
  }

  @Test
  void anActivationOnBothSidesOfARearrangementIsCertified() {
    Graph before =
        graph(
            Shape.of(-1, 2, 3),
            new Node("flat", new Movement.Flatten(), "x"),
            new Node("y", new Unary.Gelu(), "flat"));
    Graph after =
        graph(
            Shape.of(-1, 2, 3),
            new Node("gelu", new Unary.Gelu(), "x"),
            new Node("y", new Movement.Flatten(), "gelu"));

    assertCertified(compare(before, after));
  }

  @Test
  void anActivationThatOneSideLacksIsSampled() {
    Graph before = graph(Shape.of(-1, 3), new Node("y", new Unary.Relu(), "x"));
    Graph after = graph(Shape.of(-1, 3), new Node("y", new Operator.Identity(), "x"));

    assertSampled("'y' (Relu) is not linear, and only the form before", compare(before, after));
    assertSampled("'y' (Relu) is not linear, and only the form after", compare(after, before));
  }

  @Test
  void anActivationThatTakesAnotherValueIsSampled() {
    Operator twice = new Operator.Constant(Tensor.vector(2));
    Graph before =
        graph(
            Shape.of(-1, 3),
            new Node("two", twice),
            new Node("relu", new Unary.Relu(), "x"),
            new Node("y", new Operator.Mul(), "relu", "two"));
    Graph after =
        graph(
            Shape.of(-1, 3),
            new Node("two", twice),
            new Node("double", new Operator.Mul(), "x", "two"),
            new Node("y", new Unary.Relu(), "double"));

    assertSampled("'relu' is not linear and takes other values", compare(before, after));
  }

  @Test
  void aProductOfTwoValuesIsOneFunctionOfBoth() {
    Node mixed = new Node("mixed", random.gemm(3, 3), "x");
    Graph before = graph(Shape.of(-1, 3), mixed, new Node("y", new Operator.Mul(), "mixed", "x"));
    Graph swapped = graph(Shape.of(-1, 3), mixed, new Node("y", new Operator.Mul(), "x", "mixed"));

    assertCertified(compare(before, before));
    assertSampled("'y' is not linear and takes other values", compare(before, swapped));
  }

  @Test
  void whatFollowsAFunctionMustBeTheSameToo() {
    Node relu = new Node("relu", new Unary.Relu(), "x");
    Graph before = graph(Shape.of(-1, 3), relu, new Node("y", new Operator.Add(), "relu", "x"));
    Graph after = graph(Shape.of(-1, 3), relu, new Node("y", new Operator.Sub(), "relu", "x"));

    assertCertified(compare(before, before));
    assertEquals(Outcome.REFUTED, compare(before, after).outcome());
  }

  @Test
  void theGainAndShiftOfALayerNormalizationAreAffine() {
    Tensor gain = Tensor.vector(2, -1, 0);
    Tensor shift = Tensor.vector(-0.0, 3, 1);
    Operator.Gemm dense = new Operator.Gemm(random.tensor(2, 3), Optional.empty());
    double[] folded = dense.weight().toDoubles();
    double[] bias = new double[2];
    for (int i = 0; i < folded.length; i++) {
      bias[i / 3] += folded[i] * shift.get(i % 3);
      folded[i] *= gain.get(i % 3);
    }
    Graph before =
        graph(
            Shape.of(-1, 3),
            new Node("ln", new Operator.LayerNormalization(gain, Optional.of(shift), 1e-5), "x"),
            new Node("y", dense, "ln"));
    Graph after = layerNorm(1e-5, new Operator.Gemm(Tensor.of(Shape.of(2, 3), folded), bias(bias)));
    bias[1] += 1e-9;
    Graph wrong = layerNorm(1e-5, new Operator.Gemm(Tensor.of(Shape.of(2, 3), folded), bias(bias)));

    assertCertified(compare(before, after));
    assertEquals(List.of(0L, 1L), compare(before, wrong).mismatch().outputIndex());
    assertSampled("'ln' (LayerNormalization)", compare(before, layerNorm(1e-6, dense)));
  }

  private static Optional<Tensor> bias(double[] bias) {
    return Optional.of(Tensor.vector(bias.clone()));
  }

  private static Graph layerNorm(double epsilon, Operator.Gemm dense) {
    Tensor ones = Tensor.vector(1, 1, 1);
    return graph(
        Shape.of(-1, 3),
        new Node("ln", new Operator.LayerNormalization(ones, Optional.empty(), epsilon), "x"),
        new Node("y", dense, "ln"));
  }

  @Test
  void aConstantThatMustBeComputedFirstIsComputed() {
    Node constant = new Node("c", new Operator.Constant(Tensor.of(Shape.of(1, 3), -1.0, 2, 3)));
    Graph before =
        graph(
            Shape.of(-1, 3),
            constant,
            new Node("relu", new Unary.Relu(), "c"),
            new Node("flat", Movement.Reshape.to(3), "relu"),
            new Node("product", new Operator.Mul(), "x", "flat"),
            new Node("y", new Operator.Add(), "product", "flat"));
    Node values = new Node("c", new Operator.Constant(Tensor.vector(0, 2, 3)));
    Graph after =
        graph(
            Shape.of(-1, 3),
            values,
            new Node("product", new Operator.Mul(), "c", "x"),
            new Node("y", new Operator.Add(), "c", "product"));

    assertCertified(compare(before, after));
  }

  @Test
  void whatMixesSamplesIsSampled() {
    Graph before = graph(Shape.of(-1, 4), new Node("y", new Operator.Identity(), "x"));
    Graph after =
        graph(
            Shape.of(-1, 4),
            new Node("split", Movement.Reshape.to(2, -1), "x"),
            new Node("y", Movement.Reshape.to(-1, 4), "split"));

    assertSampled("'split' mixes samples", compare(before, after));
  }

  @Test
  void aTransposeThatMovesNothingForOneSampleAloneIsNotTakenForNone() {
    Graph before = graph(Shape.of(-1, 2, 3), new Node("y", Movement.Reshape.to(-1, 3), "x"));
    Graph after =
        graph(
            Shape.of(-1, 2, 3),
            new Node("rows", Movement.Transpose.by(1, 0, 2), "x"),
            new Node("y", Movement.Reshape.to(-1, 3), "rows"));

    assertSampled("mixes samples", compare(before, after));
  }

  @Test
  void aPartitionIsComparedOnOnePartOfASample() {
    Operator dense = random.conv(6, 6, 1, 0, 1);
    Graph graph = graph(Shape.of(-1, 6, 1, 1), new Node("y", dense, "x"));

    Certificate certificate =
        prover.compare(graph, graph, Map.of("x", Shape.of(8, 6, 1, 1))).certificate();

    assertCertified(certificate);
    assertEquals(6, certificate.rows());
  }

  @Test
  void aPartThatIsRearrangedBackNeedsAllParts() {
    Graph graph =
        graph(
            Shape.of(-1, 6, 1, 1),
            new Node("fc", random.conv(6, 6, 1, 0, 1), "x"),
            new Node("y", Movement.Reshape.to(-1, 4, 3, 2), "fc"));

    Certificate certificate =
        prover.compare(graph, graph, Map.of("x", Shape.of(8, 6, 1, 1))).certificate();

    assertCertified(certificate);
    assertEquals(4 * 6, certificate.rows());
  }

  @Test
  void aFoldBeyondTheMemoryIsSampled() {
    Graph graph = graph(Shape.of(-1, 3), new Node("y", random.gemm(3, 3), "x"));

    assertSampled("bytes, more than 100", compare(new Prover(ENOUGH, 100, true), graph, graph));
  }

  @Test
  void aFoldBeyondTheWorkIsSampled() {
    Graph graph = graph(Shape.of(-1, 3), new Node("y", random.gemm(3, 3), "x"));

    assertSampled(
        "multiplications, more than 17", compare(new Prover(17, ENOUGH, true), graph, graph));
    assertCertified(compare(new Prover(18, ENOUGH, true), graph, graph));
  }

  @Test
  void oneThreadAndSeveralGiveTheSameCertificate() {
    Graph before =
        graph(
            Shape.of(1, 1600),
            new Node("fc", random.gemm(1600, 1600), "x"),
            new Node("y", random.batchNorm(1600), "fc"));
    long bytes = 2 * AffineFunction.bytes(before);

    Certificate alone = compare(new Prover(ENOUGH, bytes, true), before, before);

    assertCertified(alone);
    assertEquals(1600 * 1600 + 1600, alone.entries());
    assertEquals(alone, compare(before, before));
  }

  @Test
  void aNetworkThatTakesSeveralSamplesAtOnceIsComparedOnSoMany() {
    Graph before =
        graph(
            Shape.of(-1, 2),
            new Node("pairs", Movement.Reshape.to(-1, 4), "x"),
            new Node("y", random.gemm(4, 4), "pairs"));

    Certificate certificate = compare(before, before);

    assertCertified(certificate);
    assertEquals(4, certificate.columns());
  }

  @Test
  void valuesOfUnlikeManyPartsOfASampleAreNotTakenForOneThatIsRepeated() {
    Graph before =
        Graph.of(
            List.of(new Input("x", Shape.of(-1, 4)), new Input("z", Shape.of(-1, 1))),
            List.of(
                new Node("parts", Movement.Reshape.to(-1, 1), "x"),
                new Node("y", new Operator.Add(), "parts", "z")),
            List.of("y"));

    Certificate unlike =
        prover
            .compare(before, before, Map.of("x", Shape.of(1, 4), "z", Shape.of(1, 1)))
            .certificate();
    Certificate alike =
        prover
            .compare(before, before, Map.of("x", Shape.of(2, 4), "z", Shape.of(8, 1)))
            .certificate();

    assertSampled("fit no number of samples", unlike);
    assertCertified(alike);
    assertEquals(4, alike.rows());
  }
}
