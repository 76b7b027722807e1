package org.repfold.converter.verify.certificate;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.repfold.graph.Movement;
import org.repfold.graph.Shape;

/**
 * For each element of a result, row-major, which element of an operand it is: -1 where it is none.
 * Along each axis of the result the operand's position depends on that axis alone, so a table for
 * each axis says it all.
 */
final class Sources {
  private static final int NONE = -1;

  private Sources() {}

  /** Of a movement's operand. */
  static int[] of(Movement movement, int operand, List<Shape> operands, Shape result) {
    Shape shape = operands.get(operand);
    int[] strides = strides(shape);
    int[][] tables = new int[result.rank()][];
    if (movement instanceof Movement.Transpose transpose) {
      for (int axis = 0; axis < tables.length; axis++) {
        int stride = strides[transpose.permutation().get(axis)];
        tables[axis] = table(size(result, axis), i -> i * stride);
      }
      return combine(tables);
    }
    for (int axis = 0; axis < tables.length; axis++) {
      int stride = strides[axis];
      int size = size(shape, axis);
      if (movement instanceof Movement.Resize resize && axis >= 2) {
        int scale = axis == 2 ? resize.scaleHeight() : resize.scaleWidth();
        tables[axis] = table(size(result, axis), i -> i / scale * stride);
      } else {
        int first = first(movement, axis, operand, operands);
        tables[axis] =
            table(
                size(result, axis),
                i -> i - first < 0 || i - first >= size ? NONE : (i - first) * stride);
      }
    }
    return combine(tables);
  }

  /** The position in the result at which the operand begins along an axis. */
  private static int first(Movement movement, int axis, int operand, List<Shape> operands) {
    if (movement instanceof Movement.Slice slice && slice.axis() == axis) {
      return Math.toIntExact(-slice.start());
    } else if (movement instanceof Movement.Pad pad) {
      return Math.toIntExact(pad.before().get(axis));
    } else if (movement instanceof Movement.Concat concat && concat.axis() == axis) {
      return operands.subList(0, operand).stream().mapToInt(shape -> size(shape, axis)).sum();
    }
    return 0;
  }

  /** Of an operand that is broadcast; null where it has the result's shape. */
  static int[] broadcast(Shape operand, Shape result) {
    if (operand.equals(result)) {
      return null;
    }
    int[] strides = strides(operand);
    int[][] tables = new int[result.rank()][];
    int missing = result.rank() - operand.rank();
    for (int axis = 0; axis < tables.length; axis++) {
      boolean repeats = axis < missing || operand.dimension(axis - missing) == 1;
      int stride = repeats ? 0 : strides[axis - missing];
      tables[axis] = table(size(result, axis), i -> i * stride);
    }
    return combine(tables);
  }

  /** The elements at position 0 of all axes but the given ones. */
  static int[] along(Shape shape, List<Integer> axes) {
    int[] strides = strides(shape);
    return combine(
        axes.stream()
            .map(axis -> table(size(shape, axis), i -> i * strides[axis]))
            .toArray(int[][]::new));
  }

  private static int[] strides(Shape shape) {
    int[] strides = new int[shape.rank()];
    for (int axis = 0; axis < strides.length; axis++) {
      strides[axis] = Math.toIntExact(shape.product(axis + 1, shape.rank()));
    }
    return strides;
  }

  private static int size(Shape shape, int axis) {
    return Math.toIntExact(shape.dimension(axis));
  }

  private static int[] table(int size, IntUnaryOperator position) {
    int[] table = new int[size];
    Arrays.setAll(table, position);
    return table;
  }

  private static int[] combine(int[][] tables) {
    int[] combined = {0};
    for (int[] table : tables) {
      int[] next = new int[Math.multiplyExact(combined.length, table.length)];
      for (int i = 0; i < next.length; i++) {
        int outer = combined[i / table.length];
        int inner = table[i % table.length];
        next[i] = outer == NONE || inner == NONE ? NONE : outer + inner;
      }
      combined = next;
    }
    return combined;
  }
}
