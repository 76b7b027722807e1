package org.repfold.converter.io.dl4j.layers;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.repfold.graph.Shape;

/** DL4J's names for shapes. */
final class InputTypes {
  private InputTypes() {}

  /**
   * The type of arrays of a shape, maps as NCHW.
   *
   * @throws InvalidInputTypeException if DL4J has no type for its rank
   */
  static InputType of(Shape shape) throws InvalidInputTypeException {
    return switch (shape.rank()) {
      case 2 -> InputType.feedForward(shape.dimension(1));
      case 3 -> InputType.recurrent(shape.dimension(1), shape.dimension(2));
      case 4 -> InputType.convolutional(shape.dimension(2), shape.dimension(3), shape.dimension(1));
      default ->
          throw new InvalidInputTypeException("expected a result of rank 2 to 4, found " + shape);
    };
  }

  /** The type of arrays of the same layout, of another size along an axis. */
  static InputType with(InputType type, int axis, long size) {
    long[] shape = type.getShape(true);
    shape[axis] = size;
    if (type instanceof InputTypeRecurrent series) {
      boolean channelsFirst = series.getFormat() == RNNFormat.NCW;
      return InputType.recurrent(
          shape[channelsFirst ? 1 : 2], shape[channelsFirst ? 2 : 1], series.getFormat());
    } else if (type instanceof InputTypeConvolutional map) {
      boolean channelsFirst = map.getFormat() == CNN2DFormat.NCHW;
      int rows = channelsFirst ? 2 : 1;
      return InputType.convolutional(
          shape[rows], shape[rows + 1], shape[channelsFirst ? 1 : 3], map.getFormat());
    }
    return InputType.feedForward(size);
  }
}
