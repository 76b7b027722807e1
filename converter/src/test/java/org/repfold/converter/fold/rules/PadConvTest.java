package org.repfold.converter.fold.rules;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class PadConvTest {
  private final RandomOperators random = new RandomOperators(25);
  private final GraphBuilder graph = new GraphBuilder();

  @BeforeEach
  void input() {
    graph.input("x", -1, 4, 5, 6);
  }

  private void pad(double value) {
    graph.add(
        "pad", new Movement.Pad(List.of(0L, 0L, 1L, 0L), List.of(0L, 0L, 2L, 1L), value), "x");
  }

  private FoldFixture before(Operator operator) {
    graph.add("layer", operator, "pad");
    return FoldFixture.of(graph.output("layer").build()).with(new PadConv());
  }

  @Test
  void aConvolutionPadsTheMapItself() {
    pad(0);
    before(random.conv(4, 6, 3, 2, new Window(2, 1, 1, 2, 1, 3, 2, 1), 2)).folds().to("layer");
  }

  @Test
  void everyConvolutionThatTakesThePaddedMapPadsIt() {
    pad(0);
    graph.output(graph.add("other", random.conv(4, 2, 1, 0, 1), "pad"));
    before(random.conv(4, 4, 3, 0, 4)).folds().to("other layer");
  }

  @Test
  void anUnpaddedAveragePoolPadsTheMapAndCountsThat() {
    pad(0);
    before(new Pooling.AveragePool(3, 2, Window.unit(), false)).folds().to("layer");
  }

  @Test
  void anAveragePoolThatCountsItsPaddingPadsMore() {
    pad(0);
    Window window = new Window(1, 1, 1, 1, 0, 1, 0, 0);
    before(new Pooling.AveragePool(3, 2, window, true)).folds().to("layer");
  }

  @Test
  void anAveragePoolThatLeavesItsPaddingOutIsRefused() {
    pad(0);
    Window window = new Window(1, 1, 1, 1, 0, 1, 0, 0);
    before(new Pooling.AveragePool(3, 2, window, false))
        .refuses("cannot pad it so itself", "pad", "layer");
  }

  @Test
  void anAveragePoolThatWouldStandInPaddingAloneIsRefused() {
    pad(0);
    before(new Pooling.AveragePool(2, 2, Window.unit(), true))
        .refuses("cannot pad it so itself", "pad", "layer");
  }

  @Test
  void aMapThatSomethingElseTakesIsRefused() {
    pad(0);
    graph.output(graph.add("skip", new Unary.Relu(), "pad"));
    before(random.conv(4, 4, 3, 0, 1)).refuses("'skip' takes the padded map", "pad", "skip");
  }

  @Test
  void aMapThatIsAnOutputIsRefused() {
    pad(0);
    graph.output("pad");
    before(random.conv(4, 4, 3, 0, 1)).refuses("is also an output of the network", "pad");
  }

  @Test
  void anotherNumberThanZeroIsRefused() {
    pad(0.5);
    before(random.conv(4, 4, 3, 0, 1)).refuses("pads with 0.5", "pad");
  }

  @Test
  void paddingOfChannelsStays() {
    graph.add("pad", new Movement.Pad(List.of(0L, 1L, 0L, 0L), List.of(0L, 1L, 0L, 0L), 0), "x");
    before(random.conv(6, 4, 3, 0, 1)).unchanged();
  }

  @Test
  void aNormalisationBeforeThePaddingIsThenRefusedForItsShift() {
    graph.add("norm", random.batchNorm(4), "x");
    graph.add("pad", new Movement.Pad(List.of(0L, 0L, 1L, 1L), List.of(0L, 0L, 1L, 1L), 0), "norm");
    graph.add("layer", random.conv(4, 4, 3, 0, 1), "pad");

    FoldFixture.of(graph.output("layer").build())
        .withAllRules()
        .folds()
        .to("norm layer")
        .refusing("the border would change", "norm", "layer");
  }

  @Test
  void aNormalisationBehindThePaddingFoldsExactly() {
    pad(0);
    graph.add("norm", random.batchNorm(4), "pad");
    graph.add("layer", random.conv(4, 4, 3, 0, 1), "norm");

    FoldFixture.of(graph.output("layer").build()).withAllRules().folds().to("layer");
  }
}
