package org.repfold.graph;

import java.util.stream.IntStream;

/** The shapes that pooling operators give. */
final class PoolingShapes {
  private PoolingShapes() {}

  static Shape of(Pooling operator, Shape input) {
    if (operator instanceof Pooling.ReduceMean mean) {
      return reduced(mean, input);
    }
    ShapeInference.requireRank(input, 4);
    if (operator instanceof Pooling.MaxPool pool) {
      return pooled(pool.window(), pool.kernelHeight(), pool.kernelWidth(), input);
    } else if (operator instanceof Pooling.AveragePool pool) {
      return pooled(pool.window(), pool.kernelHeight(), pool.kernelWidth(), input);
    }
    return input.with(2, 1).with(3, 1);
  }

  private static Shape pooled(Window window, int kernelHeight, int kernelWidth, Shape input) {
    long height = window.outputHeight(input.dimension(2), kernelHeight);
    long width = window.outputWidth(input.dimension(3), kernelWidth);
    if (height < 1 || width < 1) {
      throw ShapeInference.expected("a map at least as large as the kernel", input);
    }
    return input.with(2, height).with(3, width);
  }

  private static Shape reduced(Pooling.ReduceMean mean, Shape input) {
    long[] sizes = input.toArray();
    for (int axis : mean.axes()) {
      if (axis >= sizes.length) {
        throw ShapeInference.expected("an axis " + axis, input);
      }
      sizes[axis] = 1;
    }
    Shape kept = Shape.of(sizes);
    if (mean.keepDimensions()) {
      return kept;
    }
    return Shape.of(
        IntStream.range(0, sizes.length)
            .filter(axis -> !mean.axes().contains(axis))
            .mapToLong(axis -> sizes[axis])
            .toArray());
  }
}
