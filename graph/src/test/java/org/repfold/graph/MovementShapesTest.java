package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;
import static org.repfold.graph.ShapeInferenceTest.shapeOf;

import java.util.List;
import org.junit.jupiter.api.Test;

class MovementShapesTest {
  private static final long N = Shape.UNKNOWN;

  private static final Shape MAP = Shape.of(N, 3, 7, 5);

  @Test
  void concatAddsUpItsAxis() {
    Operator concat = new Movement.Concat(1, 3);
    assertEquals(
        Shape.of(N, 9, 7, 5), shapeOf(concat, MAP, Shape.of(N, 1, 7, 5), Shape.of(N, 5, 7, 5)));
    assertEquals(MAP, shapeOf(new Movement.Concat(2, 1), MAP));
  }

  @Test
  void concatRefusesInputsThatDifferElsewhere() {
    Operator concat = new Movement.Concat(1, 2);
    assertRefused(() -> shapeOf(concat, MAP, Shape.of(N, 3, 7, 6)), "axis 1 alone");
    assertRefused(() -> shapeOf(concat, MAP, Shape.of(N, 3, 7)), "axis 1 alone");
    assertRefused(() -> shapeOf(new Movement.Concat(0, 2), MAP, MAP), "axis 0 alone");
    assertRefused(() -> shapeOf(new Movement.Concat(4, 1), MAP), "an axis 4");
    assertRefused(() -> shapeOf(concat, MAP), "2 inputs");
    assertRefused(() -> new Movement.Concat(-1, 2), "axis");
  }

  @Test
  void sliceCutsOneAxis() {
    assertEquals(Shape.of(N, 3, 4, 5), shapeOf(new Movement.Slice(2, 3, 7), MAP));
    assertRefused(() -> shapeOf(new Movement.Slice(2, 3, 8), MAP), "at least 8 elements");
    assertRefused(() -> shapeOf(new Movement.Slice(0, 0, 1), MAP), "at least 1 elements");
    assertRefused(() -> shapeOf(new Movement.Slice(4, 0, 1), MAP), "an axis 4");
    assertRefused(() -> new Movement.Slice(1, 2, 1), "start");
  }

  @Test
  void padAddsBothEnds() {
    Operator pad = new Movement.Pad(List.of(0L, 1L, 0L, 2L), List.of(0L, 0L, 4L, 1L), 0);
    assertEquals(Shape.of(N, 4, 11, 8), shapeOf(pad, MAP));
    assertRefused(() -> shapeOf(pad, Shape.of(N, 3)), "4 axes");
    Operator batch = new Movement.Pad(List.of(1L), List.of(0L), 0);
    assertRefused(() -> shapeOf(batch, Shape.of(N)), "axis 0");
    assertRefused(() -> new Movement.Pad(List.of(-1L), List.of(0L), 0), "at least 0");
  }

  @Test
  void resizeMultipliesTheMap() {
    assertEquals(Shape.of(N, 3, 14, 15), shapeOf(new Movement.Resize(2, 3), MAP));
    assertRefused(() -> shapeOf(new Movement.Resize(2, 3), Shape.of(N, 3)), "4 axes");
    assertRefused(() -> new Movement.Resize(0, 3), "at least 1");
  }
}
