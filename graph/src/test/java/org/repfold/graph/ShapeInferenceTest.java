package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeInferenceTest {
  private static final long N = Shape.UNKNOWN;

  @Test
  void convGivesItsOutputChannelsAndTheWindowsSize() {
    Operator conv = conv(6, 2, 3, 5, new Window(2, 1, 1, 2, 1, 0, 1, 3), 2);
    assertEquals(Shape.of(N, 6, 5, 4), shapeOf(conv, Shape.of(N, 4, 9, 9)));
  }

  @Test
  void convRefusesOtherChannels() {
    Operator conv = conv(6, 2, 3, 3, Window.unit(), 2);
    assertRefused(() -> shapeOf(conv, Shape.of(N, 3, 9, 9)), "'node' (Conv)", "axis 1 of size 4");
  }

  @Test
  void convRefusesAVector() {
    assertRefused(() -> shapeOf(conv(6, 4, 3, 3, Window.unit(), 1), Shape.of(N, 4)), "4 axes");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void convRefusesAMapSmallerThanItsKernelAtAnyStride(int stride) {
    Operator conv = conv(1, 1, 3, 3, Window.strided(stride, stride), 1);
    assertRefused(() -> shapeOf(conv, Shape.of(N, 1, 2, 9)), "as large as the kernel");
    assertRefused(() -> shapeOf(conv, Shape.of(N, 1, 9, 2)), "as large as the kernel");
  }

  @Test
  void convTransposeGivesItsOutputChannelsAndTheMapThatTheConvolutionTakes() {
    Window window = new Window(2, 1, 1, 2, 1, 0, 1, 3);
    Operator transposed =
        new Operator.ConvTranspose(zeros(4, 3, 3, 5), Optional.empty(), window, 2);
    assertEquals(Shape.of(N, 6, 9, 9), shapeOf(transposed, Shape.of(N, 4, 5, 4)));
    Operator conv = conv(4, 3, 3, 5, window, 2);
    assertEquals(Shape.of(N, 4, 5, 4), shapeOf(conv, Shape.of(N, 6, 9, 9)));
  }

  @Test
  void convTransposeRefusesOtherChannelsAndMapsThatThePaddingCutsOffWhole() {
    Operator transposed =
        new Operator.ConvTranspose(zeros(4, 3, 3, 3), Optional.empty(), Window.padded(2), 1);
    assertRefused(() -> shapeOf(transposed, Shape.of(N, 3, 9, 9)), "axis 1 of size 4");
    assertRefused(() -> shapeOf(transposed, Shape.of(N, 4, 9, 2)), "cuts off");
    assertRefused(() -> shapeOf(transposed, Shape.of(N, 4)), "4 axes");
  }

  @Test
  void layerNormalizationKeepsValuesWithItsLastAxes() {
    Operator norm = new Operator.LayerNormalization(zeros(4, 5), Optional.empty(), 1e-5);
    assertEquals(Shape.of(N, 3, 4, 5), shapeOf(norm, Shape.of(N, 3, 4, 5)));
    assertEquals(Shape.of(4, 5), shapeOf(norm, Shape.of(4, 5)));
    assertRefused(() -> shapeOf(norm, Shape.of(N, 5, 4)), "last axes [4x5]");
    assertRefused(() -> shapeOf(norm, Shape.of(5)), "last axes [4x5]");
  }

  @Test
  void opaqueOperatorGivesItsResultForItsOperandsAlone() {
    Shape in = Shape.of(N, 3);
    Operator odd =
        new Operator.Opaque("Odd", List.of(in, in), Shape.of(N, 7), new Operator.Opaque.Body() {});
    assertEquals(Shape.of(N, 7), shapeOf(odd, in, in));
    assertEquals(Shape.of(5, 7), shapeOf(odd, Shape.of(5, 3), Shape.of(5, 3)));
    assertRefused(() -> shapeOf(odd, Shape.of(5, 3), Shape.of(6, 3)), "[?x3]", "[6x3]");
    assertRefused(() -> shapeOf(odd, in, Shape.of(N, 4)), "[?x3]", "[?x4]");
    assertRefused(() -> shapeOf(odd, in), "2 inputs");
  }

  @Test
  void gemmGivesItsRows() {
    Operator gemm = new Operator.Gemm(zeros(5, 3), Optional.empty());
    assertEquals(Shape.of(N, 5), shapeOf(gemm, Shape.of(N, 3)));
    assertRefused(() -> shapeOf(gemm, Shape.of(N, 5)), "axis 1 of size 3", "[?x5]");
  }

  @Test
  void batchNormalizationKeepsMapsAndVectors() {
    Tensor c = zeros(3);
    Operator norm = new Operator.BatchNormalization(c, c, c, c, 1e-5);
    assertEquals(Shape.of(N, 3, 4, 5), shapeOf(norm, Shape.of(N, 3, 4, 5)));
    assertEquals(Shape.of(N, 3), shapeOf(norm, Shape.of(N, 3)));
    assertRefused(() -> shapeOf(norm, Shape.of(N, 4)), "axis 1 of size 3");
    assertRefused(() -> shapeOf(norm, Shape.of(3)), "at least 2 axes");
  }

  @Test
  void constantHasItsTensorsShape() {
    assertEquals(Shape.of(2, 3), shapeOf(new Operator.Constant(zeros(2, 3))));
  }

  @Test
  void elementwiseOperatorsBroadcast() {
    assertEquals(
        Shape.of(N, 3, 4, 5), shapeOf(new Operator.Add(), Shape.of(N, 3, 4, 5), Shape.of(3, 1, 1)));
    assertEquals(Shape.of(N, 3), shapeOf(new Operator.Mul(), Shape.of(1, 3), Shape.of(N, 1)));
    assertEquals(Shape.of(N, 3), shapeOf(new Operator.Mul(), Shape.of(), Shape.of(N, 3)));
    assertEquals(Shape.of(N, 0), shapeOf(new Operator.Add(), Shape.of(N, 1), Shape.of(0)));
  }

  @Test
  void shapesThatDoNotBroadcastAreRefused() {
    assertRefused(
        () -> shapeOf(new Operator.Add(), Shape.of(N, 3), Shape.of(N, 4)), "[?x3]", "[?x4]");
    assertRefused(() -> shapeOf(new Operator.Add(), Shape.of(N, 3), Shape.of(2, 3)), "broadcast");
  }

  @Test
  void twoUnknownAxesAreRefused() {
    assertRefused(
        () -> shapeOf(new Operator.Add(), Shape.of(N, 1), Shape.of(1, N)), "one axis of unknown");
  }

  @Test
  void matMulBroadcastsTheAxesBeforeTheMatrices() {
    Operator multiply = new Operator.MatMul();
    assertEquals(Shape.of(3, N, 5), shapeOf(multiply, Shape.of(3, N, 4), Shape.of(3, 4, 5)));
    assertEquals(Shape.of(N, 2, 5), shapeOf(multiply, Shape.of(N, 2, 4), Shape.of(4, 5)));
    assertRefused(() -> shapeOf(multiply, Shape.of(N, 4), Shape.of(5, 4)), "matrices");
    assertRefused(() -> shapeOf(multiply, Shape.of(4), Shape.of(4, 5)), "matrices");
  }

  @ParameterizedTest
  @MethodSource("unary")
  void unaryOperatorsKeepTheShape(Operator operator) {
    assertEquals(Shape.of(N, 3, 4), shapeOf(operator, Shape.of(N, 3, 4)));
  }

  static Operator[] unary() {
    return new Operator[] {
      new Unary.Relu(),
      new Unary.Sigmoid(),
      new Unary.Gelu(),
      new Unary.Selu(1.6, 1.05),
      new Unary.Clip(0, 6),
      new Operator.Identity(),
      new Operator.Softmax(-1),
      new Operator.Softmax(2)
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {-3, 2})
  void softmaxRefusesAnAxisThatIsNotThere(int axis) {
    assertRefused(() -> shapeOf(new Operator.Softmax(axis), Shape.of(N, 3)), "an axis " + axis);
  }

  @Test
  void globalAveragePoolKeepsOnePosition() {
    Operator pool = new Pooling.GlobalAveragePool();
    assertEquals(Shape.of(N, 3, 1, 1), shapeOf(pool, Shape.of(N, 3, 7, 5)));
    assertRefused(() -> shapeOf(pool, Shape.of(N, 3)), "4 axes");
  }

  @Test
  void flattenMergesAllAxesButTheFirst() {
    Operator flatten = new Movement.Flatten();
    assertEquals(Shape.of(N, 60), shapeOf(flatten, Shape.of(N, 3, 4, 5)));
    assertEquals(Shape.of(2, N), shapeOf(flatten, Shape.of(2, N, 3)));
    assertEquals(Shape.of(N, 1), shapeOf(flatten, Shape.of(N)));
    assertRefused(() -> shapeOf(flatten, Shape.of()), "at least 1 axis");
  }

  @Test
  void reshapeIntoPartitionsAndBackKeepsTheBatchUnknown() {
    Shape map = Shape.of(N, 3, 8, 6);
    Operator split = Movement.Reshape.to(-1, 3, 2, 4, 2, 3);
    Shape split6 = shapeOf(split, map);
    assertEquals(Shape.of(N, 3, 2, 4, 2, 3), split6);
    Shape partitions = shapeOf(Movement.Transpose.by(0, 2, 4, 1, 3, 5), split6);
    assertEquals(Shape.of(N, 2, 2, 3, 4, 3), partitions);
    assertEquals(Shape.of(N, 36), shapeOf(Movement.Reshape.to(-1, 36), partitions));
    assertEquals(map, shapeOf(Movement.Reshape.to(-1, 3, 8, 6), Shape.of(N, 36)));
  }

  @Test
  void reshapeComputesTheFreeAxisOfAKnownShape() {
    assertEquals(Shape.of(2, 12), shapeOf(Movement.Reshape.to(2, -1), Shape.of(4, 6)));
    assertRefused(() -> shapeOf(Movement.Reshape.to(5, -1), Shape.of(4, 6)), "divisible by 5");
  }

  @Test
  void reshapeToAKnownShapeNeedsAsManyElements() {
    assertEquals(Shape.of(24), shapeOf(Movement.Reshape.to(24), Shape.of(4, 6)));
    assertRefused(() -> shapeOf(Movement.Reshape.to(25), Shape.of(4, 6)), "[25]", "[4x6]");
    assertRefused(() -> shapeOf(Movement.Reshape.to(24), Shape.of(N, 24)), "[24]", "[?x24]");
  }

  @Test
  void transposePermutesAndNeedsAllAxes() {
    Operator transpose = Movement.Transpose.by(2, 0, 1);
    assertEquals(Shape.of(4, N, 3), shapeOf(transpose, Shape.of(N, 3, 4)));
    assertRefused(() -> shapeOf(transpose, Shape.of(N, 3)), "3 axes");
  }

  @Test
  void sizesBeyond63BitsAreRefused() {
    Shape huge = Shape.of(N, 1L << 62, 8);
    assertRefused(() -> shapeOf(new Movement.Flatten(), huge), "'node' (Flatten)", "2^63");
    assertRefused(() -> shapeOf(Movement.Reshape.to(-1, 8), huge), "'node' (Reshape)", "2^63");
    assertRefused(
        () -> shapeOf(conv(1, 1, 1, 1, Window.padded(1), 1), Shape.of(N, 1, Long.MAX_VALUE, 1)),
        "'node' (Conv)",
        "2^63");
  }

  private static Operator.Conv conv(int out, int in, int kh, int kw, Window window, int group) {
    return new Operator.Conv(zeros(out, in, kh, kw), Optional.empty(), window, group);
  }

  private static Tensor zeros(long... shape) {
    Shape sizes = Shape.of(shape);
    return Tensor.of(sizes, new double[Math.toIntExact(sizes.elements())]);
  }

  static Shape shapeOf(Operator operator, Shape... inputs) {
    Map<String, Shape> shapes = new HashMap<>();
    String[] names = new String[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      names[i] = "x" + i;
      shapes.put(names[i], inputs[i]);
    }
    return ShapeInference.shapeOf(new Node("node", operator, names), shapes);
  }
}
