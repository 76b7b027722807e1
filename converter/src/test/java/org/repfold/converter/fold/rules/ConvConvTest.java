package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ConvConvTest {
  private final RandomOperators random = new RandomOperators(23);
  private final GraphBuilder graph = new GraphBuilder();

  private FoldFixture chain(Operator.Conv first, Operator.Conv second) {
    graph.input("x", -1, first.inputChannels(), 8, 9);
    graph.add("first", first, "x");
    graph.add("second", second, "first");
    return FoldFixture.of(graph.output("second").build()).with(new ConvConv());
  }

  private static Operator.Conv withoutBias(Operator.Conv conv) {
    return new Operator.Conv(conv.weight(), Optional.empty(), conv.window(), conv.group());
  }

  private Operator.Conv conv(int in, int out, int height, int width, Window window, int group) {
    return random.conv(in, out, height, width, window, group);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "4,2", "2,4", "8,4", "1,8", "8,1"})
  void pointwiseBeforeAnyKernelFoldsWhateverTheGroups(int firstGroup, int secondGroup) {
    Operator.Conv first = random.conv(8, 16, 1, 0, firstGroup);
    Operator.Conv second = conv(16, 8, 3, 2, new Window(2, 1, 1, 2, 0, 0, 0, 0), secondGroup);
    chain(first, second).folds().to("second");
  }

  @ParameterizedTest
  @CsvSource({"1,2", "2,2", "3,6", "6,3"})
  void anyKernelBeforePointwiseFolds(int firstGroup, int secondGroup) {
    Operator.Conv first = conv(6, 12, 2, 3, new Window(1, 2, 2, 1, 1, 0, 2, 1), firstGroup);
    chain(first, random.conv(12, 6, 1, 0, secondGroup)).folds().to("second");
  }

  @Test
  void twoKernelsBecomeALargerOneWithBothStridesAndDilations() {
    Operator.Conv first = conv(1, 4, 3, 2, new Window(2, 1, 1, 2, 1, 1, 0, 1), 1);
    Operator.Conv second = conv(4, 4, 2, 3, new Window(1, 2, 1, 1, 0, 0, 0, 0), 1);

    Graph folded = chain(first, second).folds().to("second").graph();

    Operator.Conv product = (Operator.Conv) folded.find("second").orElseThrow().operator();
    assertEquals(5, product.kernelHeight());
    assertEquals(2, product.window().strideHeight());
    assertEquals(2, product.window().strideWidth());
  }

  @Test
  void paddingOfAPointwiseConvolutionIsItsBiasAtTheBorder() {
    Graph folded =
        chain(conv(6, 6, 1, 1, Window.padded(1), 2), conv(6, 6, 3, 3, Window.unit(), 2))
            .folds()
            .to("second")
            .graph();

    Operator.Conv product = (Operator.Conv) folded.find("second").orElseThrow().operator();
    assertEquals(Window.padded(1), product.window());
  }

  @Test
  void pointwiseWithoutBiasFoldsIntoAPaddedKernel() {
    chain(
            withoutBias(conv(6, 6, 1, 1, new Window(2, 1, 1, 1, 1, 0, 0, 0), 1)),
            random.conv(6, 6, 3, 1, 1))
        .folds()
        .to("second");
  }

  @Test
  void aKernelIsBearableAlongTheAxisThatTheSecondDoesNotPad() {
    chain(
            withoutBias(conv(1, 4, 3, 1, Window.unit(), 1)),
            conv(4, 4, 1, 3, new Window(1, 1, 1, 1, 0, 1, 0, 1), 1))
        .folds()
        .to("second");
  }

  @Test
  void paddingThatNoWindowReadsIsNone() {
    chain(random.conv(4, 4, 1, 0, 1), conv(4, 4, 2, 3, new Window(2, 2, 1, 1, 0, 0, 1, 1), 1))
        .folds()
        .to("second");
  }

  @Test
  void biasBeforePaddingIsRefused() {
    chain(random.conv(4, 4, 1, 0, 1), random.conv(4, 4, 3, 1, 1))
        .refuses("the border would see 0, not the bias", "first", "second");
  }

  @Test
  void biasBeforePaddingBehindTheMapAloneIsRefused() {
    chain(random.conv(4, 4, 1, 0, 1), conv(4, 4, 2, 1, new Window(1, 1, 1, 1, 0, 0, 1, 0), 1))
        .refuses("the border would see 0, not the bias", "first", "second");
  }

  @Test
  void aKernelBeforePaddingIsRefused() {
    chain(withoutBias(random.conv(1, 4, 3, 1, 1)), random.conv(4, 4, 3, 1, 1))
        .refuses("whose kernel reaches beyond the map", "first", "second");
  }

  @Test
  void aProductThatNeedsMoreMultiplicationsIsRefused() {
    chain(random.conv(6, 2, 1, 0, 1), random.conv(2, 6, 1, 0, 1))
        .refuses("would need 2592 multiplications for each sample, both need 1728", "first");
  }

  @Test
  void aProductThatNeedsMoreFoldsWhereAConvolutionTakesItIn() {
    graph.add("beside", random.conv(6, 6, 3, 1, 1), "x");
    graph.add("norm", random.batchNorm(6), "second");
    graph.add("sum", new Operator.Add(), "norm", "beside");
    graph.output("sum");
    graph.input("x", -1, 6, 8, 9);
    graph.add("first", conv(6, 2, 1, 1, Window.padded(1), 1), "x");
    graph.add("second", random.conv(2, 6, 3, 0, 1), "first");

    FoldFixture.of(graph.build()).withAllRules().folds().to("sum");
  }

  @Test
  void aConvolutionOfAnotherInputDoesNotTakeItIn() {
    graph.input("other", -1, 6, 8, 9);
    graph.add("beside", random.conv(6, 6, 1, 0, 1), "other");
    graph.add("sum", new Operator.Add(), "second", "beside");
    graph.output("sum");
    graph.input("x", -1, 6, 8, 9);
    graph.add("first", random.conv(6, 2, 1, 0, 1), "x");
    graph.add("second", random.conv(2, 6, 1, 0, 1), "first");

    FoldFixture.of(graph.build())
        .with(new ConvConv())
        .refuses("multiplications for each sample", "first", "second");
  }

  @Test
  void aFirstThatSomethingElseTakesIsRefused() {
    graph.output(graph.add("skip", new Unary.Relu(), "first"));
    chain(random.conv(4, 4, 1, 0, 1), random.conv(4, 4, 1, 0, 1))
        .refuses("also used by 'skip'", "first", "skip");
  }
}
