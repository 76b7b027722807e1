package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/** The comparison stays sharp where float64 has its digits, and fair where it has not. */
class SameFunctionTest {
  private static final double TINY_VARIANCE = 1e-30;

  private final RandomOperators random = new RandomOperators(5);
  private final Tensor weight = random.tensor(2, 2, 1, 1);
  private final Tensor bias = random.tensor(2);

  /** A convolution and a BatchNormalization whose second channel has the given variance. */
  private Graph normalised(double variance) {
    return graph(
        new Operator.Conv(weight, Optional.of(bias), Window.unit(), 1),
        new Operator.BatchNormalization(
            Tensor.vector(2, 3),
            Tensor.vector(1, -1),
            Tensor.vector(0.5, 0.25),
            Tensor.vector(4, variance),
            0));
  }

  /** The same in one convolution, each parameter of the first channel times a factor. */
  private Graph folded(double variance, double factor) {
    double[] scale = {2 / Math.sqrt(4), 3 / Math.sqrt(variance)};
    double[] shift = {1 - 0.5 * scale[0], -1 - 0.25 * scale[1]};
    double[] weights = weight.toDoubles();
    double[] biases = bias.toDoubles();
    for (int o = 0; o < 2; o++) {
      biases[o] = biases[o] * scale[o] + shift[o];
      weights[2 * o] *= scale[o];
      weights[2 * o + 1] *= scale[o];
    }
    biases[0] *= factor;
    return graph(
        new Operator.Conv(
            Tensor.of(weight.shape(), weights),
            Optional.of(Tensor.vector(biases)),
            Window.unit(),
            1));
  }

  private static Graph graph(Operator... operators) {
    GraphBuilder graph = new GraphBuilder();
    String last = graph.input("x", -1, 2, 2, 2);
    for (int i = 0; i < operators.length; i++) {
      last = graph.add(i == operators.length - 1 ? "y" : "n" + i, operators[i], last);
    }
    return graph.output(last).build();
  }

  @Test
  void aRightFoldOfATinyVarianceIsTheSameFunction() {
    new SameFunction(normalised(TINY_VARIANCE)).assertKeptBy(folded(TINY_VARIANCE, 1));
  }

  @Test
  void anErrorBesideAnIllConditionedChannelIsFound() {
    Graph wrong = folded(TINY_VARIANCE, 1 + 1e-13);

    assertThrows(
        AssertionError.class,
        () -> new SameFunction(normalised(TINY_VARIANCE)).assertKeptBy(wrong));
  }

  @Test
  void branchesThatAllButCancelMayLoseTheDigitsThatCancel() {
    double[] opposite =
        Arrays.stream(weight.toDoubles()).map(element -> -element * (1 + 1e-9)).toArray();
    GraphBuilder branches = new GraphBuilder();
    branches.input("x", -1, 2, 2, 2);
    branches.add("a", conv(weight.toDoubles()), "x");
    branches.add("b", conv(opposite), "x");
    branches.add("y", new Operator.Add(), "a", "b");
    double[] sum = weight.toDoubles();
    Arrays.setAll(sum, i -> sum[i] + opposite[i]);

    new SameFunction(branches.output("y").build()).assertKeptBy(graph(conv(sum)));
  }

  private Operator conv(double[] weights) {
    return new Operator.Conv(
        Tensor.of(weight.shape(), weights), Optional.empty(), Window.unit(), 1);
  }
}
