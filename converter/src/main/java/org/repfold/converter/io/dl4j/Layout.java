package org.repfold.converter.io.dl4j;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Shape;

/** How DL4J lays out a value that the graph holds as a map {@code [N, C, H, W]}. */
enum Layout {
  /** As the graph does, whatever the number of axes. */
  AS_IS(List.of(0, 1, 2, 3)),
  /** Images, channels last: {@code [N, H, W, C]}. */
  NHWC(List.of(0, 2, 3, 1)),
  /** Time series {@code [N, C, T]}, a map {@code [N, C, 1, T]}. */
  NCW(List.of(0, 1, 3)),
  /** Time series, channels last: {@code [N, T, C]}, a map {@code [N, C, 1, T]}. */
  NWC(List.of(0, 3, 1));

  /** For each of DL4J's axes that of the map. */
  private final List<Integer> axes;

  Layout(List<Integer> axes) {
    this.axes = axes;
  }

  static Layout of(CNN2DFormat format) {
    return format == CNN2DFormat.NHWC ? NHWC : AS_IS;
  }

  static Layout of(RNNFormat format) {
    return format == RNNFormat.NWC ? NWC : NCW;
  }

  /** The number of axes that DL4J gives a value which the graph holds in that shape. */
  int rank(Shape graphShape) {
    return this == AS_IS ? graphShape.rank() : axes.size();
  }

  /** The graph's axis for one of DL4J's. */
  int axis(int dl4jAxis) {
    return this == AS_IS ? dl4jAxis : axes.get(dl4jAxis);
  }

  /**
   * The operators that make the map.
   *
   * @param array the shape that DL4J gives the value
   * @throws BadInputException if it has another number of axes
   */
  List<Movement> toMap(Shape array) {
    if (this != AS_IS && array.rank() != axes.size()) {
      throw new BadInputException(
          "expected a value of " + axes.size() + " axes (" + this + "), found " + array);
    }
    return switch (this) {
      case AS_IS -> List.of();
      case NHWC -> List.of(Movement.Transpose.by(0, 3, 1, 2));
      case NCW -> List.of(withHeight(array.dimension(0), array.dimension(1), array.dimension(2)));
      case NWC ->
          List.of(
              Movement.Transpose.by(0, 2, 1),
              withHeight(array.dimension(0), array.dimension(2), array.dimension(1)));
    };
  }

  private static Movement withHeight(long examples, long channels, long steps) {
    return Movement.Reshape.to(examples, channels, 1, steps);
  }

  /**
   * The operators that make of the map what DL4J has.
   *
   * @param map {@code [N, C, H, W]}, H being 1 for a time series
   */
  List<Movement> fromMap(Shape map) {
    return switch (this) {
      case AS_IS -> List.of();
      case NHWC -> List.of(Movement.Transpose.by(0, 2, 3, 1));
      case NCW -> List.of(withoutHeight(map));
      case NWC -> List.of(withoutHeight(map), Movement.Transpose.by(0, 2, 1));
    };
  }

  private static Movement withoutHeight(Shape map) {
    return Movement.Reshape.to(map.dimension(0), map.dimension(1), map.dimension(3));
  }
}
