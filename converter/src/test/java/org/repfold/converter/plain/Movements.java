package org.repfold.converter.plain;

import java.util.List;
import org.repfold.graph.Movement;
import org.repfold.graph.Shape;

/** Operators that move elements about. */
final class Movements {
  private Movements() {}

  static Numbers of(Movement operator, List<Numbers> operands, Shape shape) {
    Numbers x = operands.get(0);
    if (operator instanceof Movement.Concat concat) {
      return concatenated(concat.axis(), operands, shape);
    } else if (operator instanceof Movement.Flatten || operator instanceof Movement.Reshape) {
      return new Numbers(shape, x.value(), x.magnitude());
    }
    double filling = operator instanceof Movement.Pad pad ? pad.value() : 0;
    return x.gather(shape, i -> source(operator, x.shape(), Indices.positions(i, shape)), filling);
  }

  private static int source(Movement operator, Shape input, int[] to) {
    if (operator instanceof Movement.Transpose transpose) {
      return Indices.at(input, axis -> to[transpose.permutation().indexOf(axis)]);
    } else if (operator instanceof Movement.Slice slice) {
      return Indices.at(
          input,
          axis -> axis == slice.axis() ? Math.toIntExact(to[axis] + slice.start()) : to[axis]);
    } else if (operator instanceof Movement.Pad pad) {
      return Indices.at(input, axis -> Math.toIntExact(to[axis] - pad.before().get(axis)));
    }
    Movement.Resize resize = (Movement.Resize) operator;
    int[] scale = {1, 1, resize.scaleHeight(), resize.scaleWidth()};
    return Indices.at(input, axis -> to[axis] / scale[axis]);
  }

  private static Numbers concatenated(int axis, List<Numbers> operands, Shape shape) {
    Numbers y = Numbers.zeros(shape);
    int offset = 0;
    for (Numbers x : operands) {
      int start = offset;
      for (int i = 0; i < x.size(); i++) {
        int[] from = Indices.positions(i, x.shape());
        y.add(Indices.at(shape, a -> a == axis ? from[a] + start : from[a]), 1, x, i);
      }
      offset += x.size(axis);
    }
    return y;
  }
}
