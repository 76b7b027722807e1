package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class GatingNormSpatialProjectionTest {
  private static final int TOKENS = 5;
  private static final int CHANNELS = 6;

  private final RandomOperators random = new RandomOperators(32);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.build()).with(new GatingNormSpatialProjection());
  }

  /** The spatial gating unit: half of the channels, mixed over tokens, times the other half. */
  private void gatingUnit(Tensor gain, Optional<Tensor> shift) {
    tokens.graph.input("x", -1, TOKENS, 2 * CHANNELS);
    tokens.graph.add("u", new Movement.Slice(2, 0, CHANNELS), "x");
    tokens.graph.add("v", new Movement.Slice(2, CHANNELS, 2 * CHANNELS), "x");
    tokens.graph.add("norm", new Operator.LayerNormalization(gain, shift, 1e-5), "v");
    tokens.swapped("there", "norm");
    tokens.dense("proj", "there", TOKENS, TOKENS);
    tokens.swapped("back", "proj");
    tokens.graph.add("gate", new Operator.Mul(), "u", "back");
  }

  @Test
  void theShiftBecomesABiasAndTheGainGoesIntoTheNextLayer() {
    gatingUnit(random.tensor(CHANNELS), Optional.of(random.tensor(CHANNELS)));
    tokens.graph.output(tokens.dense("fc2", "gate", CHANNELS, 4));

    Graph folded =
        fixture()
            .folds()
            .to("u v norm there proj.product back norm/shift gate fc2.product fc2")
            .graph();

    Operator.LayerNormalization norm =
        (Operator.LayerNormalization) folded.find("norm").orElseThrow().operator();
    assertEquals(Tensor.vector(1, 1, 1, 1, 1, 1), norm.scale());
    assertEquals(Optional.empty(), norm.shift());
  }

  @Test
  void aGainAloneGoesIntoTheNextLayer() {
    gatingUnit(random.tensor(CHANNELS), Optional.empty());
    tokens.graph.output(tokens.dense("fc2", "gate", CHANNELS, 4));

    fixture().folds().to("u v norm there proj.product back norm/shift gate fc2.product fc2");
  }

  @Test
  void theGainGoesThroughAFlatteningIntoTheNextLayer() {
    gatingUnit(random.tensor(CHANNELS), Optional.of(random.tensor(CHANNELS)));
    tokens.graph.add("flat", new Movement.Flatten(), "gate");
    tokens.graph.add("head", random.gemm(TOKENS * CHANNELS, 4), "flat");
    tokens.graph.output("head");

    fixture().folds().to("u v norm there proj.product back norm/shift gate flat head");
  }

  @Test
  void ofAGainOfZeroTheShiftAloneBecomesABias() {
    gatingUnit(Tensor.vector(1, 2, 0, -1, 3, 4), Optional.of(random.tensor(CHANNELS)));
    tokens.graph.output(tokens.dense("fc2", "gate", CHANNELS, 4));

    fixture()
        .folds()
        .to("u v norm there proj.product back norm/shift gate fc2.product fc2")
        .refusing("some gain of 'norm' is 0", "norm", "proj.product");
  }

  @Test
  void aGainOfZeroWithoutShiftIsRefused() {
    gatingUnit(Tensor.vector(1, 2, 0, -1, 3, 4), Optional.empty());
    tokens.graph.output(tokens.dense("fc2", "gate", CHANNELS, 4));

    fixture().refuses("some gain of 'norm' is 0", "norm", "proj.product");
  }

  @Test
  void aGainThatNothingTakesInIsRefused() {
    gatingUnit(random.tensor(CHANNELS), Optional.empty());
    tokens.graph.output(tokens.graph.add("act", new Unary.Relu(), "gate"));

    fixture().refuses("no dense layer behind 'gate' takes the gain of 'norm' in", "norm", "gate");
  }

  @Test
  void aMixingLayerWithoutAGateIsLeftAlone() {
    tokens.graph.input("x", -1, TOKENS, CHANNELS);
    tokens.normalised("norm", "x", CHANNELS);
    tokens.swapped("there", "norm");
    tokens.dense("mix", "there", TOKENS, TOKENS);
    tokens.graph.output(tokens.graph.add("act", new Unary.Relu(), "mix"));

    fixture().unchanged();
  }

  @Test
  void aGateThatSomethingElseTakesIsLeftAlone() {
    gatingUnit(random.tensor(CHANNELS), Optional.of(random.tensor(CHANNELS)));
    tokens.graph.output(tokens.dense("fc2", "gate", CHANNELS, 4));
    tokens.graph.output(tokens.graph.add("seen", new Unary.Relu(), "back"));

    fixture().unchanged();
  }

  @Test
  void aShiftThatWouldOnlyMoveIsLeftAlone() {
    tokens.graph.input("x", -1, TOKENS, CHANNELS);
    tokens.graph.add(
        "norm",
        new Operator.LayerNormalization(
            Tensor.vector(1, 1, 1, 1, 1, 1), Optional.of(random.tensor(CHANNELS)), 1e-5),
        "x");
    tokens.swapped("there", "norm");
    tokens.product("proj", "there", TOKENS, TOKENS);
    tokens.swapped("back", "proj");
    tokens.graph.add("gate", new Operator.Mul(), "x", "back");
    tokens.graph.output(tokens.dense("fc2", "gate", CHANNELS, 4));

    fixture().unchanged();
  }
}
