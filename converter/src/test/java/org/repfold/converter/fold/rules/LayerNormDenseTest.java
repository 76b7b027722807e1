package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.repfold.graph.Window;

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
  void theGainAloneGoesIntoALayerThatWouldNeedABiasOverManyMoreOutputs() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.normalised("norm", "x", 6);
    tokens.graph.output(tokens.product("fc", "norm", 6, 24));

    FoldFixture.Folded folded = fixture().folds().to("norm fc");
    assertKeepsShift(folded.graph(), "norm");
    folded.refusing("would become a bias over more outputs", "norm");
  }

  /** The value of a LayerNormalization over the channels of a map {@code [N, 6, 4, 5]}. */
  private String normalisedMap(Tensor gain, Tensor shift) {
    tokens.graph.input("x", -1, 6, 4, 5);
    tokens.graph.add("last", Movement.Transpose.by(0, 2, 3, 1), "x");
    tokens.graph.add(
        "norm", new Operator.LayerNormalization(gain, Optional.of(shift), 1e-5), "last");
    return tokens.graph.add("back", Movement.Transpose.by(0, 3, 1, 2), "norm");
  }

  /** CycleMLP's three branches: shifted along the width, along the height, and not. */
  private void branches(String map) {
    tokens.graph.add(
        "along",
        new Operator.Conv(
            random.tensor(6, 1, 1, 3), Optional.empty(), new Window(1, 1, 1, 1, 0, 1, 0, 1), 6),
        map);
    tokens.graph.add("h", random.conv(6, 6, 1, 0, 1), "along");
    tokens.graph.add("w", random.conv(6, 6, 3, 1, 1), map);
    tokens.graph.add("c", random.conv(6, 6, 1, 0, 1), map);
    for (String output : List.of("h", "w", "c")) {
      tokens.graph.output(output);
    }
  }

  private static void assertKeepsShift(Graph graph, String name) {
    Operator.LayerNormalization norm =
        (Operator.LayerNormalization) graph.find(name).orElseThrow().operator();
    assertEquals(Tensor.vector(1, 1, 1, 1, 1, 1), norm.scale());
    assertTrue(norm.shift().isPresent());
  }

  @Test
  void theGainAloneGoesIntoAllBranchesWhereSomePadWithZeros() {
    branches(normalisedMap(random.tensor(6), random.tensor(6)));

    FoldFixture.Folded folded = fixture().folds().to("last norm back along h w c");
    assertKeepsShift(folded.graph(), "norm");
    folded.refusing("'along' pads with zeros and the shift of 'norm' is not 0", "norm", "along");
  }

  @Test
  void aShiftOfZeroLeavesNothingBehind() {
    branches(normalisedMap(random.tensor(6), Tensor.vector(0, 0, 0, 0, 0, 0)));

    assertPlain(fixture().folds().graph(), "norm");
  }

  @Test
  void gainAndShiftGoIntoAllPointwiseBranchesOfARearrangedMap() {
    String map = normalisedMap(random.tensor(6), random.tensor(6));
    tokens.graph.add("query", random.conv(6, 3, 1, 0, 1), map);
    tokens.graph.add("value", random.conv(6, 3, 1, 0, 3), map);
    tokens.graph.output("query").output("value");

    assertPlain(fixture().folds().to("last norm back query value").graph(), "norm");
  }

  @Test
  void aGainOfZeroCannotDivideTheShift() {
    branches(normalisedMap(Tensor.vector(1, 2, 0, 3, 4, 5), random.tensor(6)));

    fixture().refuses("'along' pads with zeros", "norm", "along");
  }

  @Test
  void aRearrangedMapThatSomethingElseTakesIsRefused() {
    String map = normalisedMap(random.tensor(6), random.tensor(6));
    tokens.graph.output(tokens.graph.add("conv", random.conv(6, 3, 1, 0, 1), map));
    tokens.graph.output(tokens.graph.add("skip", new Unary.Relu(), "back"));

    fixture().refuses("'back' is also used by", "back", "skip");
  }

  @Test
  void aRearrangedMapThatIsAnOutputIsRefused() {
    branches(normalisedMap(random.tensor(6), random.tensor(6)));
    tokens.graph.output("back");

    fixture().refuses("'back'", "back");
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
