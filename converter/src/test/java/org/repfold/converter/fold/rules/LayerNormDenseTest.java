package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class LayerNormDenseTest {
  private final RandomOperators random = new RandomOperators(31);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.build()).with(new LayerNormDense());
  }

  private static void assertPlain(Graph graph, String name) {
    Operator.LayerNormalization norm =
        (Operator.LayerNormalization) graph.find(name).orElseThrow().operator();
    assertEquals(Tensor.vector(1, 1, 1, 1, 1, 1), norm.scale());
    assertEquals(Optional.empty(), norm.shift());
  }

  @Test
  void gainAndShiftGoIntoTheDenseLayer() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.dense("fc", tokens.normalised("norm", "x", 6), 6, 24);
    tokens.graph.output("fc");

    assertPlain(fixture().folds().to("norm fc.product fc").graph(), "norm");
  }

  @Test
  void gainAndShiftGoIntoAllDenseLayers() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.normalised("norm", "x", 6);
    tokens.graph.output(tokens.dense("query", "norm", 6, 3));
    tokens.graph.output(tokens.product("value", "norm", 6, 3));

    fixture().folds().to("norm query.product query value/add value");
  }

  @Test
  void gainAndShiftGoThroughTheMeanOverTokensIntoTheHead() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.normalised("norm", "x", 6);
    tokens.graph.add("mean", new Pooling.ReduceMean(List.of(1), false), "norm");
    tokens.graph.add("head", random.gemm(6, 4), "mean");
    tokens.graph.output("head");

    fixture().folds().to("norm mean head");
  }

  @Test
  void gainAndShiftOfWholeMapsGoIntoTheLayerBehindTheFlattening() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.graph.add(
        "norm",
        new Operator.LayerNormalization(
            random.tensor(2, 3, 3), Optional.of(random.tensor(2, 3, 3)), 1e-5),
        "x");
    tokens.graph.add("flat", new Movement.Flatten(), "norm");
    tokens.graph.add("fc", random.gemm(18, 4), "flat");
    tokens.graph.output("fc");

    fixture().folds().to("norm flat fc");
  }

  @Test
  void aLayerThatMixesTokensIsRefused() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.normalised("norm", "x", 6);
    tokens.swapped("there", "norm");
    tokens.graph.output(tokens.dense("mix", "there", 5, 5));

    fixture().refuses("'there' takes the output of 'norm' and is no dense layer", "norm", "there");
  }

  @Test
  void oneConsumerThatIsNoDenseLayerIsRefused() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.normalised("norm", "x", 6);
    tokens.graph.output(tokens.dense("fc", "norm", 6, 6));
    tokens.graph.output(tokens.graph.add("skip", new Unary.Relu(), "norm"));

    fixture().refuses("'skip' takes the output of 'norm'", "norm", "skip");
  }

  @Test
  void anOutputIsRefused() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.graph.output(tokens.normalised("norm", "x", 6));
    tokens.graph.output(tokens.dense("fc", "norm", 6, 6));

    fixture().refuses("'norm' is also an output", "norm");
  }

  @Test
  void aBiasOverManyMoreOutputsIsRefused() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.normalised("norm", "x", 6);
    tokens.graph.output(tokens.product("fc", "norm", 6, 24));

    fixture().refuses("would become a bias over more outputs", "norm");
  }

  @Test
  void aKernelThatReachesOverTheBorderIsRefused() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.graph.add(
        "norm",
        new Operator.LayerNormalization(random.tensor(3), Optional.of(random.tensor(3)), 1e-5),
        "x");
    tokens.graph.add("conv", random.conv(2, 2, 3, 1, 1), "norm");
    tokens.graph.output("conv");

    fixture().refuses("the scale of 'norm' differs within what 'conv' sums up", "norm", "conv");
  }
}
