package org.repfold.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** An operator that moves, repeats or leaves out elements and computes nothing. */
public sealed interface Movement extends Operator {

  /** Merges all axes but the first: {@code [N, ...]} to {@code [N, M]}. */
  record Flatten() implements Movement {}

  /**
   * The same elements in row-major order under another shape, of whose sizes one may be -1
   * (whatever is left).
   */
  record Reshape(List<Long> shape) implements Movement {
    public Reshape {
      shape = List.copyOf(shape);
      if (shape.stream().filter(size -> size == Shape.UNKNOWN).count() > 1) {
        throw new BadInputException("Reshape: expected at most one size of -1, found " + shape);
      }
    }

    public static Reshape to(long... shape) {
      return new Reshape(Arrays.stream(shape).boxed().toList());
    }
  }

  /** Axis {@code i} of the result is axis {@code permutation[i]} of the input. */
  record Transpose(List<Integer> permutation) implements Movement {
    public Transpose {
      permutation = List.copyOf(permutation);
      if (!permutation.stream()
          .sorted()
          .toList()
          .equals(IntStream.range(0, permutation.size()).boxed().toList())) {
        throw new BadInputException(
            "Transpose: expected a permutation of the axes, found " + permutation);
      }
    }

    public static Transpose by(Integer... permutation) {
      return new Transpose(List.of(permutation));
    }
  }

  /**
   * Values one behind the other along an axis, counted from the start; the other axes are alike.
   *
   * @param arity how many values
   */
  record Concat(int axis, int arity) implements Movement {
    public Concat {
      if (axis < 0 || arity < 1) {
        throw new BadInputException(
            "Concat: expected an axis of at least 0 and at least 1 input, found axis "
                + axis
                + " and "
                + arity
                + " inputs");
      }
    }
  }

  /** The elements from {@code start} (inclusive) to {@code end} (exclusive) along an axis. */
  record Slice(int axis, long start, long end) implements Movement {
    public Slice {
      if (axis < 0 || start < 0 || end < start) {
        throw new BadInputException(
            "Slice: expected an axis of at least 0 and 0 <= start <= end, found axis "
                + axis
                + " from "
                + start
                + " to "
                + end);
      }
    }
  }

  /**
   * Surrounds its input with a constant.
   *
   * @param before for each axis how many elements come first
   * @param after for each axis how many elements come last
   */
  record Pad(List<Long> before, List<Long> after, double value) implements Movement {
    public Pad {
      before = List.copyOf(before);
      after = List.copyOf(after);
      if (before.size() != after.size()
          || before.stream().anyMatch(size -> size < 0)
          || after.stream().anyMatch(size -> size < 0)) {
        throw new BadInputException(
            "Pad: expected two sizes of at least 0 for each axis, found "
                + before
                + " and "
                + after);
      }
    }
  }

  /**
   * Repeats every position of {@code [N, C, H, W]}: element {@code (y, x)} of the result is element
   * {@code (y / scaleHeight, x / scaleWidth)} of the input, rounded down (ONNX's Resize with mode
   * {@code nearest}, {@code asymmetric}, {@code floor}).
   */
  record Resize(int scaleHeight, int scaleWidth) implements Movement {
    public Resize {
      if (scaleHeight < 1 || scaleWidth < 1) {
        throw new BadInputException(
            "Resize: expected scales of at least 1, found " + scaleHeight + " and " + scaleWidth);
      }
    }
  }
}
