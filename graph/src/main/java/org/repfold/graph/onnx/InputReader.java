package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Input;
import org.repfold.graph.Shape;

/**
 * Reads the inputs of models. A size is open where the model gives it a name or nothing, or -1, as
 * Paddle does; only that of the first axis may stay so.
 */
final class InputReader {
  private static final Set<Integer> TYPES =
      Set.of(TensorProto.DataType.FLOAT_VALUE, TensorProto.DataType.DOUBLE_VALUE);

  private final Map<String, Shape> stated;

  /**
   * @param stated shapes by input, for sizes that the model leaves open
   */
  InputReader(Map<String, Shape> stated) {
    this.stated = stated;
  }

  /** Whether a network can have inputs of a type, ONNX's number. */
  static boolean isInputType(int type) {
    return TYPES.contains(type);
  }

  Input read(ValueInfoProto info) {
    TypeProto.Tensor type = info.getType().getTensorType();
    String description = "input '" + info.getName() + "': ";
    if (!type.hasShape() || !isInputType(type.getElemType())) {
      throw new BadInputException(
          description + "expected a float32 or float64 tensor of known shape");
    }
    Optional<Shape> shape = Optional.ofNullable(stated.get(info.getName()));
    long[] sizes = new long[type.getShape().getDimCount()];
    if (shape.isPresent() && shape.get().rank() != sizes.length) {
      throw new BadInputException(
          description + "expected " + sizes.length + " axes, found " + shape.get());
    }
    for (int axis = 0; axis < sizes.length; axis++) {
      TensorShapeProto.Dimension dimension = type.getShape().getDim(axis);
      long size = dimension.hasDimValue() ? dimension.getDimValue() : Shape.UNKNOWN;
      long wanted = shape.isPresent() ? shape.get().dimension(axis) : Shape.UNKNOWN;
      if (size >= 0 && wanted >= 0 && wanted != size) {
        throw new BadInputException(
            description + "expected size " + size + " of axis " + axis + ", found " + shape.get());
      }
      sizes[axis] = size == Shape.UNKNOWN ? wanted : size;
      if (sizes[axis] < Shape.UNKNOWN || sizes[axis] == Shape.UNKNOWN && axis > 0) {
        throw new BadInputException(
            description
                + "expected a fixed size of at least 0 of axis "
                + axis
                + ", stated if the model leaves it open, found "
                + (dimension.hasDimValue()
                    ? dimension.getDimValue()
                    : "'" + dimension.getDimParam() + "'"));
      }
    }
    return new Input(info.getName(), Shape.of(sizes));
  }
}
