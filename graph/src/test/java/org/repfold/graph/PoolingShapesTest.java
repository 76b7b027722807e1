package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;
import static org.repfold.graph.ShapeInferenceTest.shapeOf;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolingShapesTest {
  private static final long N = Shape.UNKNOWN;

  private static final Window WINDOW = new Window(2, 1, 1, 2, 1, 0, 1, 3);

  @Test
  void poolsKeepChannelsAndGiveTheWindowsSize() {
    Shape map = Shape.of(N, 6, 9, 9);
    Shape expected = Shape.of(N, 6, 5, 4);
    assertEquals(expected, shapeOf(new Pooling.MaxPool(3, 5, WINDOW), map));
    assertEquals(expected, shapeOf(new Pooling.AveragePool(3, 5, WINDOW, true), map));
    assertEquals(expected, shapeOf(new Pooling.AveragePool(3, 5, WINDOW, false), map));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void poolRefusesAMapSmallerThanItsKernelAtAnyStride(int stride) {
    Operator pool = new Pooling.MaxPool(3, 3, Window.strided(stride, stride));
    assertRefused(() -> shapeOf(pool, Shape.of(N, 1, 2, 9)), "as large as the kernel");
    assertRefused(() -> shapeOf(pool, Shape.of(N, 1, 9, 2)), "as large as the kernel");
    assertRefused(() -> shapeOf(pool, Shape.of(N, 9)), "4 axes");
  }

  @Test
  void paddingAsLargeAsTheKernelIsRefused() {
    assertRefused(() -> new Pooling.MaxPool(3, 1, Window.padded(1)), "less padding");
    assertRefused(
        () -> new Pooling.AveragePool(2, 2, new Window(1, 1, 2, 1, 3, 0, 0, 0), true),
        "less padding");
    new Pooling.MaxPool(2, 2, new Window(1, 1, 2, 1, 2, 1, 2, 1));
  }

  @Test
  void globalMaxPoolKeepsOnePosition() {
    assertEquals(Shape.of(N, 3, 1, 1), shapeOf(new Pooling.GlobalMaxPool(), Shape.of(N, 3, 7, 5)));
    assertRefused(() -> shapeOf(new Pooling.GlobalMaxPool(), Shape.of(N, 3)), "4 axes");
  }

  @Test
  void reduceMeanKeepsItsAxesOrDropsThem() {
    Shape map = Shape.of(N, 3, 7, 5);
    assertEquals(Shape.of(N, 3, 1, 1), shapeOf(new Pooling.ReduceMean(List.of(3, 2), true), map));
    assertEquals(Shape.of(N, 7), shapeOf(new Pooling.ReduceMean(List.of(1, 3), false), map));
    assertEquals(Shape.of(3, 7, 5), shapeOf(new Pooling.ReduceMean(List.of(0), false), map));
    assertEquals(Shape.of(), shapeOf(new Pooling.ReduceMean(List.of(0, 1, 2, 3), false), map));
    assertRefused(() -> shapeOf(new Pooling.ReduceMean(List.of(4), true), map), "an axis 4");
  }

  @Test
  void reduceMeanWithoutAxesIsRefused() {
    assertRefused(() -> new Pooling.ReduceMean(List.of(), true), "axes");
    assertRefused(() -> new Pooling.ReduceMean(List.of(-1), true), "axes");
  }
}
