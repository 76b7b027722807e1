package org.repfold.converter.fold.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** A map of 4 channels, 5x6, convolved to 3 channels; one row above, two columns to the right. */
class BorderConvTest {
  private static final int CHANNELS = 3;

  private final RandomOperators random = new RandomOperators(41);
  private final GraphBuilder graph = new GraphBuilder();
  private Operator.Conv conv = random.conv(4, CHANNELS, 1, 0, 1);

  @BeforeEach
  void input() {
    graph.input("x", -1, 4, 5, 6);
  }

  /** Rows above and columns to the right of the convolution's output; those are set to numbers. */
  private void bordered(int height, int width, double within, double... border) {
    graph.add("conv", conv, "x");
    graph.add("pad", new Movement.Pad(List.of(0L, 0L, 1L, 0L), List.of(0L, 0L, 0L, 2L), 7), "conv");
    double[] kept = new double[CHANNELS * (height + 1) * (width + 2)];
    double[] numbers = new double[kept.length];
    for (int i = 0; i < kept.length; i++) {
      int row = i / (width + 2) % (height + 1);
      boolean map = row > 0 && i % (width + 2) < width;
      kept[i] = map ? within : 0;
      numbers[i] = map ? 0 : border[i / ((width + 2) * (height + 1))];
    }
    Shape shape = Shape.of(1, CHANNELS, height + 1, width + 2);
    graph.add("kept", new Operator.Constant(Tensor.of(shape, kept)));
    graph.add("numbers", new Operator.Constant(Tensor.of(shape, numbers)));
    graph.add("mask", new Operator.Mul(), "pad", "kept");
    graph.add("border", new Operator.Add(), "mask", "numbers");
  }

  private double[] bias() {
    return conv.bias().orElseThrow().toDoubles();
  }

  private FoldFixture fixture() {
    return FoldFixture.of(graph.output("border").build()).with(new BorderConv());
  }

  @Test
  void aBorderOfTheBiasBecomesPadding() {
    bordered(5, 6, 1, bias());
    fixture().folds().to("border");
  }

  @Test
  void theBiasMayBeComputedInAnotherOrder() {
    double[] border = Arrays.stream(bias()).map(b -> Math.nextUp(Math.nextUp(b))).toArray();
    bordered(5, 6, 1, border);
    fixture().folds().to("border");
  }

  @Test
  void aConvolutionWithStridesAndPaddingIsPaddedStridesApart() {
    conv = random.conv(4, CHANNELS, 1, 1, new Window(2, 3, 1, 1, 1, 0, 2, 1), 1);
    bordered(4, 3, 1, bias());
    fixture().folds().to("border");
  }

  @Test
  void aScaleOfTheMapGoesIntoTheConvolution() {
    bordered(5, 6, -2, Arrays.stream(bias()).map(b -> -2 * b).toArray());
    fixture().folds().to("border");
  }

  @Test
  void aConvolutionWithoutBiasHasABorderOfZerosWithoutAnAddition() {
    conv = new Operator.Conv(conv.weight(), Optional.empty(), conv.window(), conv.group());
    bordered(5, 6, 1, 0, 0, 0);
    fixture().folds().to("mask border");
  }

  @Test
  void otherConstantsAreRefused() {
    double[] border = bias();
    border[1] *= 1 + 1e-9;
    bordered(5, 6, 1, border);
    fixture().refuses("is not the bias of 'conv'", "border", "conv");
  }

  @Test
  void aKernelThatReachesIntoTheMapIsRefused() {
    conv = random.conv(4, CHANNELS, 3, 1, 1);
    bordered(5, 6, 1, bias());
    fixture().refuses("reaches from the border", "conv", "border");
  }

  @Test
  void aKernelOfOneTapAlongThePaddedAxesFolds() {
    graph.add("conv", conv = random.conv(4, CHANNELS, 3, 1, Window.unit(), 1), "x");
    graph.add("pad", new Movement.Pad(List.of(0L, 0L, 0L, 1L), List.of(0L, 0L, 0L, 0L), 0), "conv");
    double[] numbers = new double[CHANNELS * 7];
    for (int c = 0; c < CHANNELS; c++) {
      numbers[c * 7] = bias()[c];
    }
    graph.add("numbers", new Operator.Constant(Tensor.of(Shape.of(1, CHANNELS, 1, 7), numbers)));
    graph.add("border", new Operator.Add(), "pad", "numbers");
    fixture().folds().to("border");
  }

  @Test
  void aMapThatSomethingElseTakesIsRefused() {
    bordered(5, 6, 1, bias());
    graph.output(graph.add("skip", new Unary.Relu(), "conv"));
    fixture().refuses("also used by 'skip'", "conv", "skip");
  }

  @Test
  void aMapThatIsNotTheSameScaleAllOverIsLeftAlone() {
    graph.add("conv", conv, "x");
    graph.add("pad", new Movement.Pad(List.of(0L, 0L, 1L, 0L), List.of(0L, 0L, 0L, 0L), 0), "conv");
    graph.add("scales", new Operator.Constant(random.tensor(1, CHANNELS, 6, 6)));
    graph.add("border", new Operator.Mul(), "pad", "scales");
    fixture().unchanged();
  }
}
