package org.repfold.converter.io.dl4j;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.repfold.graph.Movement;
import org.repfold.graph.Shape;

/** The operators that DL4J's layers stand for which move the elements of maps and time series. */
final class MapLayers {
  private MapLayers() {}

  static Value upsampling(VertexBuilder vertex, Upsampling2D layer) {
    Layout layout = Layout.of(layer.getFormat());
    int[] size = layer.getSize();
    Movement resize = new Movement.Resize(size[0], size[1]);
    String input = vertex.map(vertex.operand(), layout);
    return vertex.operand().named(vertex.add("resize", resize, input), layout);
  }

  static Value zeroPadding(VertexBuilder vertex, ZeroPaddingLayer layer) {
    return padded(vertex, Layout.of(layer.getDataFormat()), layer.getPadding());
  }

  /** DL4J's layer knows time series of the layout {@code [N, C, T]} alone. */
  static Value zeroPadding(VertexBuilder vertex, ZeroPadding1DLayer layer) {
    int[] padding = layer.getPadding();
    return padded(vertex, Layout.NCW, new int[] {0, 0, padding[0], padding[1]});
  }

  static Value cropping(VertexBuilder vertex, Cropping2D layer) {
    return cropped(vertex, Layout.of(layer.getDataFormat()), layer.getCropping());
  }

  /** DL4J's layer knows time series of the layout {@code [N, C, T]} alone. */
  static Value cropping(VertexBuilder vertex, Cropping1D layer) {
    int[] cropping = layer.getCropping();
    return cropped(vertex, Layout.NCW, new int[] {0, 0, cropping[0], cropping[1]});
  }

  /** As many zeros as stated at the top, bottom, left and right. */
  private static Value padded(VertexBuilder vertex, Layout layout, int[] sides) {
    Movement pad =
        new Movement.Pad(
            List.of(0L, 0L, (long) sides[0], (long) sides[2]),
            List.of(0L, 0L, (long) sides[1], (long) sides[3]),
            0);
    String input = vertex.map(vertex.operand(), layout);
    return vertex.operand().named(vertex.add("pad", pad, input), layout);
  }

  private static Value cropped(VertexBuilder vertex, Layout layout, int[] sides) {
    String value = vertex.map(vertex.operand(), layout);
    for (int axis = 2; axis < 4; axis++) {
      int before = sides[2 * (axis - 2)];
      int after = sides[2 * (axis - 2) + 1];
      Shape shape = vertex.shape(value);
      if (before > 0 || after > 0) {
        Movement slice = new Movement.Slice(axis, before, shape.dimension(axis) - after);
        value = vertex.add("slice", slice, value);
      }
    }
    return vertex.operand().named(value, layout);
  }
}
