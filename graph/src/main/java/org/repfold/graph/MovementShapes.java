package org.repfold.graph;

import java.util.Arrays;
import java.util.List;

/** The shapes that the operators give which move elements about. */
final class MovementShapes {
  private MovementShapes() {}

  static Shape of(Movement operator, List<Shape> inputs) {
    Shape input = inputs.get(0);
    if (operator instanceof Movement.Flatten) {
      return flattened(input);
    } else if (operator instanceof Movement.Reshape reshape) {
      return reshaped(reshape, input);
    } else if (operator instanceof Movement.Transpose transpose) {
      return transposed(transpose, input);
    } else if (operator instanceof Movement.Concat concat) {
      return concatenated(concat, inputs);
    } else if (operator instanceof Movement.Slice slice) {
      return sliced(slice, input);
    } else if (operator instanceof Movement.Pad pad) {
      return padded(pad, input);
    }
    Movement.Resize resize = (Movement.Resize) operator;
    ShapeInference.requireRank(input, 4);
    return input
        .with(2, Math.multiplyExact(input.dimension(2), resize.scaleHeight()))
        .with(3, Math.multiplyExact(input.dimension(3), resize.scaleWidth()));
  }

  private static Shape flattened(Shape input) {
    if (input.rank() < 1) {
      throw ShapeInference.expected("at least 1 axis", input);
    }
    Shape merged = Shape.of(Arrays.copyOfRange(input.toArray(), 1, input.rank()));
    return Shape.of(input.dimension(0), merged.isKnown() ? merged.elements() : Shape.UNKNOWN);
  }

  private static Shape reshaped(Movement.Reshape reshape, Shape input) {
    Shape target = Shape.of(reshape.shape());
    long known = knownProduct(target);
    long available = knownProduct(input);
    if (target.isKnown()) {
      if (!input.isKnown() || known != available) {
        throw new BadInputException(
            "expected as many elements as in " + target + ", found " + input);
      }
      return target;
    }
    if (known == 0 || !input.isKnown() && available == 0) {
      throw new BadInputException("expected no axis of size 0, found " + input + " to " + target);
    }
    if (!input.isKnown()) {
      return target;
    }
    if (available % known != 0) {
      throw new BadInputException("expected elements divisible by " + known + ", found " + input);
    }
    int free = reshape.shape().indexOf(Shape.UNKNOWN);
    return target.with(free, available / known);
  }

  private static long knownProduct(Shape shape) {
    long product = 1;
    for (long dimension : shape.toArray()) {
      if (dimension != Shape.UNKNOWN) {
        product = Math.multiplyExact(product, dimension);
      }
    }
    return product;
  }

  private static Shape transposed(Movement.Transpose transpose, Shape input) {
    ShapeInference.requireRank(input, transpose.permutation().size());
    return Shape.of(transpose.permutation().stream().mapToLong(input::dimension).toArray());
  }

  private static Shape concatenated(Movement.Concat concat, List<Shape> inputs) {
    Shape first = inputs.get(0);
    requireAxis(first, concat.axis());
    long size = 0;
    for (Shape input : inputs) {
      if (input.rank() != first.rank()
          || !input.with(concat.axis(), 1).equals(first.with(concat.axis(), 1))
          || input.dimension(concat.axis()) == Shape.UNKNOWN) {
        throw new BadInputException(
            "expected inputs that differ in the size of axis "
                + concat.axis()
                + " alone, found "
                + inputs);
      }
      size = Math.addExact(size, input.dimension(concat.axis()));
    }
    return first.with(concat.axis(), size);
  }

  private static Shape sliced(Movement.Slice slice, Shape input) {
    requireAxis(input, slice.axis());
    if (input.dimension(slice.axis()) < slice.end()) {
      throw ShapeInference.expected(
          "at least " + slice.end() + " elements along axis " + slice.axis(), input);
    }
    return input.with(slice.axis(), slice.end() - slice.start());
  }

  private static Shape padded(Movement.Pad pad, Shape input) {
    ShapeInference.requireRank(input, pad.before().size());
    Shape result = input;
    for (int axis = 0; axis < input.rank(); axis++) {
      long added = Math.addExact(pad.before().get(axis), pad.after().get(axis));
      if (added > 0) {
        if (input.dimension(axis) == Shape.UNKNOWN) {
          throw ShapeInference.expected("a known size of axis " + axis, input);
        }
        result = result.with(axis, Math.addExact(input.dimension(axis), added));
      }
    }
    return result;
  }

  private static void requireAxis(Shape shape, int axis) {
    if (axis >= shape.rank()) {
      throw ShapeInference.expected("an axis " + axis, shape);
    }
  }
}
