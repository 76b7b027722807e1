package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.graph.Refusals.assertRefused;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TensorTest {

  @Test
  void wrongNumberOfElementsIsRefused() {
    assertRefused(
        () -> Tensor.of(Shape.of(2, 3), 1.0, 2.0), "[2x3]", "expected 6 elements", "found 2");
  }

  @Test
  void equalityIsByTypeShapeAndBits() {
    assertEquals(Tensor.vector(1, Double.NaN), Tensor.vector(1, Double.NaN));
    assertEquals(Tensor.vector(1, 2).hashCode(), Tensor.vector(1, 2).hashCode());
    assertNotEquals(Tensor.vector(0.0), Tensor.vector(-0.0));
    assertNotEquals(Tensor.vector(1), Tensor.of(Shape.of(1), 1f));
    assertNotEquals(Tensor.vector(1, 2), Tensor.of(Shape.of(2, 1), 1.0, 2.0));
  }

  @Test
  void conversionToFloat32RoundsToNearestEven() {
    Tensor single = Tensor.vector(1 + 0x1p-24, 1 + 0x3p-24).to(ElementType.FLOAT32);
    assertArrayEquals(new float[] {1f, 1 + 0x1p-22f}, single.toFloats());
  }

  @Test
  void roundedNumbersStayRoundedInFloat64() {
    Tensor exact = Tensor.vector(1 + 0x1p-24, 0.1);
    Tensor rounded = exact.to(ElementType.FLOAT32).to(ElementType.FLOAT64);
    assertEquals(Tensor.vector(1, 0.1f), rounded);
  }

  @Test
  void aConvertedTensorEqualsOneThatHoldsTheSameNumbers() {
    Tensor held = Tensor.of(Shape.of(2), 0.5f, 0.1f);
    Tensor converted = Tensor.vector(0.5, 0.1).to(ElementType.FLOAT32);
    assertTrue(converted.isView());
    assertEquals(held, converted);
    assertEquals(converted, held);
    assertEquals(held.hashCode(), converted.hashCode());
    assertArrayEquals(held.toFloats(), converted.toFloats());
  }

  @Test
  void elementsThatAreNotAsManyAsTheShapeHasAreRefused() {
    Elements two =
        new Elements() {
          @Override
          public int size() {
            return 2;
          }

          @Override
          public double get(int index) {
            return index;
          }
        };
    assertEquals(Tensor.vector(0, 1), Tensor.of(Shape.of(2), ElementType.FLOAT64, two));
    assertRefused(
        () -> Tensor.of(Shape.of(3), ElementType.FLOAT64, two), "expected 3 elements, found 2");
  }

  @Test
  void conversionToTheOwnTypeIsNoCopy() {
    Tensor tensor = Tensor.vector(1);
    assertSame(tensor, tensor.to(ElementType.FLOAT64));
  }

  @Test
  void arraysGivenOutAreCopies() {
    Tensor tensor = Tensor.vector(1, 2);
    tensor.toDoubles()[0] = 9;
    assertEquals(1, tensor.get(0));
  }

  @Test
  void floatsHaveNoLongs() {
    assertThrows(IllegalStateException.class, () -> Tensor.vector(1).toLongs());
  }

  @Test
  void reshapeKeepsTheElementsAndTheirNumber() {
    Tensor matrix = Tensor.vector(1, 2, 3, 4).reshape(Shape.of(2, 2));
    assertEquals(Tensor.of(Shape.of(2, 2), 1.0, 2, 3, 4), matrix);
    assertRefused(() -> matrix.reshape(Shape.of(5)), "expected 5 elements, found 4");
  }

  @Test
  void firstNonFiniteElementIsFound() {
    assertEquals(1, Tensor.vector(1, Double.NEGATIVE_INFINITY, Double.NaN).firstNonFinite());
    assertEquals(-1, Tensor.vector(1, -Double.MAX_VALUE).firstNonFinite());
  }

  @Test
  void shapeOfAScalarHasOneElement() {
    assertEquals(1, Shape.of().elements());
    assertEquals("[]", Shape.of().toString());
  }

  @Test
  void shapeRefusesSizesBelowUnknown() {
    assertRefused(() -> Shape.of(3, -2), "[3, -2]");
  }

  @Test
  void unknownShapeHasNoNumberOfElements() {
    assertThrows(IllegalStateException.class, Shape.of(Shape.UNKNOWN, 3)::elements);
  }

  @Test
  void negativeAxesCountFromTheEnd() {
    Shape shape = Shape.of(2, 3, 4);
    assertEquals(4, shape.dimension(-1));
    assertEquals(Shape.of(2, 3, 9), shape.with(-1, 9));
    assertEquals(12, shape.product(1, 3));
  }

  @Test
  void windowRefusesStridesBelowOneAndNegativePadding() {
    assertRefused(() -> Window.strided(0, 1), "strides");
    assertRefused(() -> new Window(1, 1, 1, 0, 0, 0, 0, 0), "dilations");
    assertRefused(() -> Window.padded(-1), "padding");
  }

  @Test
  void windowsSizeIsThatOfTheConvolutionFormula() {
    Window window = new Window(2, 3, 2, 1, 1, 2, 0, 1);
    assertEquals(4, window.outputHeight(10, 3));
    assertEquals(4, window.outputWidth(10, 3));
  }

  @Test
  void operatorsRefuseParametersThatDoNotFit() {
    Tensor kernel = Tensor.of(Shape.of(4, 1, 1, 1), 1.0, 2, 3, 4);
    Optional<Tensor> bias = Optional.of(Tensor.vector(1, 2, 3));
    assertRefused(() -> new Operator.Conv(kernel, bias, Window.unit(), 1), "bias", "[4]", "[3]");
    assertRefused(() -> new Operator.Conv(kernel, Optional.empty(), Window.unit(), 3), "group 3");
    assertRefused(
        () ->
            new Operator.Conv(
                Tensor.of(Shape.of(1, 1, 0, 3), new double[0]), Optional.empty(), Window.unit(), 1),
        "1x1");
    assertRefused(() -> new Operator.Gemm(kernel, Optional.empty()), "[O, I]");
    assertRefused(() -> Movement.Reshape.to(-1, -1), "at most one");
    assertRefused(() -> Movement.Transpose.by(0, 2), "permutation");
    Tensor two = Tensor.vector(1, 2);
    assertRefused(
        () -> new Operator.BatchNormalization(two, two, Tensor.vector(1), two, 0), "mean", "[2]");
  }

  @Test
  void reshapeCopiesItsList() {
    List<Long> sizes = new java.util.ArrayList<>(List.of(-1L, 4L));
    Movement.Reshape reshape = new Movement.Reshape(sizes);
    sizes.set(1, 5L);
    assertEquals(List.of(-1L, 4L), reshape.shape());
  }
}
