package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ParallelIdentityTest {
  private final RandomOperators random = new RandomOperators(21);
  private final GraphBuilder graph = new GraphBuilder();

  /** {@code identity} added to a convolution of {@code x}. */
  private Graph beside(Operator.Conv conv, String identity) {
    graph.add("conv", conv, "x");
    graph.add("sum", new Operator.Add(), identity, "conv");
    return graph.output("sum").build();
  }

  private void assertOneConvolution(Graph built) {
    FoldFixture.of(built).with(new ParallelIdentity()).folds().to("sum");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6})
  void theInputItselfJoinsAConvolutionOfAnyGroups(int group) {
    graph.input("x", -1, 6, 4, 5);
    assertOneConvolution(beside(random.conv(6, 6, 3, 1, group), "x"));
  }

  @Test
  void theInputJoinsAKernelWithoutATapInItsMiddle() {
    graph.input("x", -1, 4, 4, 5);
    Window window = new Window(1, 1, 2, 1, 1, 0, 1, 1);
    assertOneConvolution(beside(random.conv(4, 4, 2, 2, window, 2), "x"));
  }

  @Test
  void anInputFarFromTheTapsOfAKernelIsNotWorthALargerOne() {
    graph.input("x", -1, 4, 4, 5);
    Window window = new Window(1, 1, 1, 3, 0, 1, 0, 2);
    FoldFixture.of(beside(random.conv(4, 4, 1, 2, window, 1), "x"))
        .with(new ParallelIdentity())
        .refuses("would need 16 multiplications", "conv", "x");
  }

  @Test
  void aNormalisedInputJoins() {
    graph.input("x", -1, 6, 4, 5);
    graph.add("norm", random.batchNorm(6), "x");
    assertOneConvolution(beside(random.conv(6, 6, 3, 1, 2), "norm"));
  }

  @Test
  void anInputScaledAndShiftedByChannelJoins() {
    graph.input("x", -1, 6, 4, 5);
    graph.add("scale", new Operator.Constant(random.tensor(6, 1, 1)));
    graph.add("shift", new Operator.Constant(random.tensor(1, 1, 1, 1)));
    graph.add("scaled", new Operator.Mul(), "scale", "x");
    graph.add("shifted", new Operator.Add(), "scaled", "shift");
    graph.add("norm", random.batchNorm(6), "shifted");
    assertOneConvolution(beside(random.conv(6, 6, 1, 0, 1), "norm"));
  }

  @Test
  void aNormalisationThatTheConvolutionTakesTooIsTheInput() {
    graph.input("x0", -1, 3, 4, 5);
    graph.add("x", random.batchNorm(3), "x0");
    FoldFixture.of(beside(random.conv(3, 3, 3, 1, 1), "x"))
        .with(new ParallelIdentity())
        .folds()
        .to("x sum");
  }

  @Test
  void aNormalisationThatSomethingElseTakesStaysForIt() {
    graph.input("x", -1, 3, 4, 5);
    graph.add("norm", random.batchNorm(3), "x");
    graph.output(graph.add("other", new Unary.Relu(), "norm"));
    FoldFixture.of(beside(random.conv(3, 3, 3, 1, 1), "norm"))
        .with(new ParallelIdentity())
        .folds()
        .to("norm other sum");
  }

  @Test
  void anInputThatIsAddedTwiceJoinsTwice() {
    graph.input("x", -1, 3, 4, 5);
    graph.add("double", new Operator.Add(), "x", "x");
    assertOneConvolution(beside(random.conv(3, 3, 3, 1, 1), "double"));
  }

  @Test
  void aScaleThatDiffersByPositionStays() {
    graph.input("x", -1, 3, 4, 5);
    graph.add("scale", new Operator.Constant(random.tensor(3, 4, 1)));
    graph.add("scaled", new Operator.Mul(), "x", "scale");
    FoldFixture.of(beside(random.conv(3, 3, 3, 1, 1), "scaled"))
        .with(new ParallelIdentity())
        .unchanged();
  }

  @Test
  void aStridedConvolutionIsRefused() {
    graph.input("x", -1, 3, 4, 4);
    FoldFixture.of(beside(random.conv(3, 3, 1, 1, new Window(2, 2, 1, 1, 2, 2, 1, 1), 1), "x"))
        .with(new ParallelIdentity())
        .refuses("different strides", "conv", "x");
  }

  @Test
  void aConvolutionThatSomethingElseTakesIsRefused() {
    graph.input("x", -1, 3, 4, 4);
    Operator.Conv conv = random.conv(3, 3, 3, 1, 1);
    graph.output(graph.add("skip", new Unary.Relu(), "conv"));
    FoldFixture.of(beside(conv, "x"))
        .with(new ParallelIdentity())
        .refuses("also used by 'skip'", "conv", "skip");
  }
}
