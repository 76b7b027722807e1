package org.repfold.converter.verify.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Match;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.converter.fold.rules.LocalityInjection;
import org.repfold.converter.verify.certificate.Certificate.Outcome;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class CertifierTest {
  private final RandomOperators random = new RandomOperators(11);

  /** A right rule with the operators that it produces changed. */
  private record Wrong(FoldRule right, UnaryOperator<Operator> change) implements FoldRule {
    @Override
    public Match match(GraphView graph, Node node) {
      return right.match(graph, node) instanceof Match.Replacement fold
          ? new Match.Replacement(
              fold.consumed(),
              fold.produced().stream()
                  .map(n -> n.withOperator(change.apply(n.operator())))
                  .toList(),
              fold.values())
          : Match.none();
    }
  }

  private static Certificate only(Graph graph, FoldRule rule) {
    Certifier certifier = new Certifier(graph, Effort.ALL);
    new Folder(List.of(rule)).apply(graph, certifier);
    assertEquals(1, certifier.certificates().folds().size());
    return certifier.certificates().of(0);
  }

  private Graph convBatchNorm(int channels, int outputs, int group, Operator norm) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, channels, 6, 5);
    graph.add("conv", random.conv(channels, outputs, 3, 1, group), "x");
    graph.add("y", norm, "conv");
    return graph.output("y").build();
  }

  private static UnaryOperator<Operator> onConv(UnaryOperator<Operator.Conv> change) {
    return operator -> operator instanceof Operator.Conv conv ? change.apply(conv) : operator;
  }

  private static Tensor changed(Tensor tensor, int index, double factor) {
    double[] elements = tensor.toDoubles();
    elements[index] *= factor;
    return Tensor.of(tensor.shape(), elements);
  }

  @Test
  void aRightFoldIsCertifiedWithItsNumbers() {
    Certificate certificate =
        only(convBatchNorm(4, 6, 2, random.batchNorm(6)), new ConvBatchNorm());

    assertEquals(Outcome.CERTIFIED, certificate.outcome());
    assertNull(certificate.reason());
    assertNull(certificate.mismatch());
    // A map of 3 x 3 has every border of a kernel of 3 x 3.
    assertEquals(6 * 9, certificate.rows());
    assertEquals(4 * 9, certificate.columns());
    // 49 pairs of positions in reach, 6 outputs, 2 inputs each; and a shift for each output.
    assertEquals(49 * 6 * 2 + 54, certificate.entries());
    assertTrue(certificate.maxRelative() <= certificate.bound());
    assertTrue(certificate.bound() < 1e-13);
  }

  @Test
  void zeroAndNegativeScalesTinyVariancesAndNegativeZeroAreCertified() {
    Operator norm =
        new Operator.BatchNormalization(
            Tensor.vector(0, -2, -0.0, 3e-20),
            Tensor.vector(-0.0, 1, -1, 0),
            Tensor.vector(5, -0.0, 1e3, 0),
            Tensor.vector(0, 1e-12, 4, 0),
            1e-8);

    Certificate certificate = only(convBatchNorm(2, 4, 2, norm), new ConvBatchNorm());

    assertEquals(Outcome.CERTIFIED, certificate.outcome());
  }

  @Test
  void aWeightThatIsOffByABillionthIsFound() {
    // The weight of output 3, input 1 of its group, tap (0, 2).
    int tap = ((3 * 2 + 1) * 3) * 3 + 2;
    FoldRule wrong =
        new Wrong(
            new ConvBatchNorm(),
            onConv(
                conv ->
                    new Operator.Conv(
                        changed(conv.weight(), tap, 1 + 1e-9),
                        conv.bias(),
                        conv.window(),
                        conv.group())));

    Certificate certificate = only(convBatchNorm(4, 6, 2, random.batchNorm(6)), wrong);

    assertEquals(Outcome.REFUTED, certificate.outcome());
    Certificate.Mismatch mismatch = certificate.mismatch();
    assertEquals("y", mismatch.output());
    assertEquals("x", mismatch.input());
    // Row 1 is the first that has a row above it; input channel 2 + 1, as output 3 is in group 1.
    assertEquals(List.of(0L, 3L, 1L, 0L), mismatch.outputIndex());
    assertEquals(List.of(0L, 3L, 0L, 1L), mismatch.inputIndex());
    assertEquals(1e-9, mismatch.error(), 1e-13);
    assertEquals(mismatch.expected() * (1 + 1e-9), mismatch.found(), 1e-13);
  }

  @Test
  void aForgottenBiasIsFoundInTheShift() {
    FoldRule wrong =
        new Wrong(
            new ConvBatchNorm(),
            onConv(
                conv ->
                    new Operator.Conv(
                        conv.weight(), Optional.empty(), conv.window(), conv.group())));

    Certificate certificate = only(convBatchNorm(4, 6, 2, random.batchNorm(6)), wrong);

    assertEquals(Outcome.REFUTED, certificate.outcome());
    assertEquals(List.of(0L, 0L, 0L, 0L), certificate.mismatch().outputIndex());
    assertNull(certificate.mismatch().input());
    assertEquals(0, certificate.mismatch().found());
    assertTrue(certificate.mismatch().describe().startsWith("the shift in 'y' [0, 0, 0, 0]"));
  }

  @Test
  void swappedChannelsAreFound() {
    FoldRule wrong =
        new Wrong(
            new ConvBatchNorm(),
            onConv(
                conv -> {
                  double[] weight = conv.weight().toDoubles();
                  int length = weight.length / conv.outputChannels();
                  double[] swapped = weight.clone();
                  System.arraycopy(weight, 4 * length, swapped, 5 * length, length);
                  System.arraycopy(weight, 5 * length, swapped, 4 * length, length);
                  return new Operator.Conv(
                      Tensor.of(conv.weight().shape(), swapped),
                      conv.bias(),
                      conv.window(),
                      conv.group());
                }));

    Certificate certificate = only(convBatchNorm(4, 6, 2, random.batchNorm(6)), wrong);

    assertEquals(List.of(0L, 4L, 0L, 0L), certificate.mismatch().outputIndex());
  }

  @Test
  void anotherGroupingIsFound() {
    FoldRule regrouped =
        new Wrong(
            new ConvBatchNorm(),
            onConv(
                conv ->
                    new Operator.Conv(
                        interleaved(conv.weight(), conv.group()),
                        conv.bias(),
                        conv.window(),
                        conv.group())));
    Certificate certificate = only(convBatchNorm(4, 6, 2, random.batchNorm(6)), regrouped);
    assertEquals(Outcome.REFUTED, certificate.outcome());
  }

  /** Output {@code o} of group {@code g} where output {@code g} of group {@code o} belongs. */
  private static Tensor interleaved(Tensor weight, int groups) {
    double[] from = weight.toDoubles();
    double[] to = new double[from.length];
    int outputs = Math.toIntExact(weight.shape().dimension(0));
    int length = from.length / outputs;
    for (int o = 0; o < outputs; o++) {
      int source = o % groups * (outputs / groups) + o / groups;
      System.arraycopy(from, source * length, to, o * length, length);
    }
    return Tensor.of(weight.shape(), to);
  }

  @Test
  void aFoldThatRestsOnWhatItsInputsHaveInCommonIsCertified() {
    Graph graph = denseBesideConv(random.conv(2, 2, 3, 1, 1));

    Certificate certificate = only(graph, new LocalityInjection());

    assertEquals(Outcome.CERTIFIED, certificate.outcome());
  }

  @Test
  void aWrongFoldThatRestsOnWhatItsInputsHaveInCommonIsFound() {
    Graph graph = denseBesideConv(random.conv(2, 2, 3, 1, 1));
    FoldRule wrong =
        new Wrong(
            new LocalityInjection(),
            operator ->
                operator instanceof Operator.Gemm gemm
                    ? new Operator.Gemm(changed(gemm.weight(), 7 * 24 + 5, 1 + 1e-9), gemm.bias())
                    : operator);

    Certificate certificate = only(graph, wrong);

    assertEquals(Outcome.REFUTED, certificate.outcome());
    assertEquals(List.of(0L, 0L, 1L, 3L), certificate.mismatch().outputIndex());
    assertEquals(List.of(0L, 0L, 1L, 1L), certificate.mismatch().inputIndex());
  }

  /** The flattened map is something else's too, so that the fold leaves its node alone. */
  private Graph denseBesideConv(Operator conv) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("image", -1, 2, 3, 4);
    graph.add("x", new Unary.Relu(), "image");
    graph.add("rows", new Movement.Flatten(), "x");
    graph.add("fc", random.gemm(24, 24), "rows");
    graph.add("map", Movement.Reshape.to(-1, 2, 3, 4), "fc");
    graph.add("conv", conv, "x");
    graph.add("sum", new Operator.Add(), "map", "conv");
    return graph.output("sum").output("rows").build();
  }

  @Test
  void aFoldBehindAnUnknownOperatorIsCertified() {
    Shape shape = Shape.of(-1, 2, 6, 5);
    Operator unknown =
        new Operator.Opaque("Unknown", List.of(shape), shape, new Operator.Opaque.Body() {});
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 6, 5);
    graph.add("unknown", unknown, "x");
    graph.add("conv", random.conv(2, 2, 3, 1, 1), "unknown");
    graph.add("y", random.batchNorm(2), "conv");

    assertEquals(Outcome.CERTIFIED, only(graph.output("y").build(), new ConvBatchNorm()).outcome());
  }
}
