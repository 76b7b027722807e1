package org.repfold.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The shape that each operator gives. An axis of unknown size (the batch) stays unknown through
 * every operator; a value has at most one such axis.
 */
public final class ShapeInference {
  private ShapeInference() {}

  /**
   * The shape of a node's value.
   *
   * @param shapes of at least the node's inputs
   * @throws BadInputException if the inputs' number or shapes do not fit the operator; the message
   *     names the node
   */
  public static Shape shapeOf(Node node, Map<String, Shape> shapes) {
    if (node.inputs().size() != node.operator().arity()) {
      throw new BadInputException(
          describe(node)
              + ": expected "
              + node.operator().arity()
              + " inputs, found "
              + node.inputs().size());
    }
    List<Shape> inputs = node.inputs().stream().map(shapes::get).toList();
    try {
      Shape shape = shapeOf(node.operator(), inputs);
      if (LongStream.of(shape.toArray()).filter(size -> size == Shape.UNKNOWN).count() > 1) {
        throw new BadInputException("expected at most one axis of unknown size, found " + shape);
      }
      return shape;
    } catch (BadInputException e) {
      throw new BadInputException(describe(node) + ": " + e.getMessage(), e);
    } catch (ArithmeticException e) {
      throw new BadInputException(
          describe(node) + ": expected fewer than 2^63 elements, found shapes " + inputs, e);
    }
  }

  private static String describe(Node node) {
    return "node '" + node.name() + "' (" + node.operator().type() + ")";
  }

  private static Shape shapeOf(Operator operator, List<Shape> inputs) {
    if (operator instanceof Operator.Conv conv) {
      return convolved(conv, inputs.get(0));
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return transposed(conv, inputs.get(0));
    } else if (operator instanceof Operator.Gemm gemm) {
      requireAxis(inputs.get(0), 2, 1, gemm.weight().shape().dimension(1));
      return inputs.get(0).with(1, gemm.weight().shape().dimension(0));
    } else if (operator instanceof Operator.BatchNormalization norm) {
      if (inputs.get(0).rank() < 2) {
        throw expected("at least 2 axes", inputs.get(0));
      }
      requireAxis(inputs.get(0), inputs.get(0).rank(), 1, norm.channels());
      return inputs.get(0);
    } else if (operator instanceof Operator.Constant constant) {
      return constant.value().shape();
    } else if (operator instanceof Operator.Elementwise) {
      return broadcast(inputs.get(0), inputs.get(1));
    } else if (operator instanceof Operator.MatMul) {
      return multiplied(inputs.get(0), inputs.get(1));
    } else if (operator instanceof Operator.LayerNormalization norm) {
      requireLastAxes(inputs.get(0), norm.scale().shape());
      return inputs.get(0);
    } else if (operator instanceof Pooling pooling) {
      return PoolingShapes.of(pooling, inputs.get(0));
    } else if (operator instanceof Movement movement) {
      return MovementShapes.of(movement, inputs);
    } else if (operator instanceof Operator.Opaque opaque) {
      return resultOf(opaque, inputs);
    } else if (operator instanceof Operator.Softmax softmax) {
      int rank = inputs.get(0).rank();
      if (softmax.axis() < -rank || softmax.axis() >= rank) {
        throw expected("an axis " + softmax.axis(), inputs.get(0));
      }
    }
    return inputs.get(0);
  }

  private static Shape convolved(Operator.Conv conv, Shape input) {
    requireAxis(input, 4, 1, conv.inputChannels());
    long height = conv.window().outputHeight(input.dimension(2), conv.kernelHeight());
    long width = conv.window().outputWidth(input.dimension(3), conv.kernelWidth());
    if (height < 1 || width < 1) {
      throw expected("a map at least as large as the kernel", input);
    }
    return Shape.of(input.dimension(0), conv.outputChannels(), height, width);
  }

  /** NumPy's broadcast, an unknown axis matching itself and 1. */
  static Shape broadcast(Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    long[] result = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long a = i <= left.rank() ? left.dimension(-i) : 1;
      long b = i <= right.rank() ? right.dimension(-i) : 1;
      if (a != b && a != 1 && b != 1) {
        throw new BadInputException(
            "expected shapes that broadcast, found " + left + " and " + right);
      }
      result[rank - i] = a == 1 ? b : a;
    }
    return Shape.of(result);
  }

  private static Shape multiplied(Shape left, Shape right) {
    if (left.rank() < 2 || right.rank() < 2 || left.dimension(-1) != right.dimension(-2)) {
      throw new BadInputException(
          "expected matrices that multiply, found " + left + " and " + right);
    }
    Shape batch = broadcast(left.with(-1, 1).with(-2, 1), right.with(-1, 1).with(-2, 1));
    return batch.with(-2, left.dimension(-2)).with(-1, right.dimension(-1));
  }

  private static Shape transposed(Operator.ConvTranspose conv, Shape input) {
    requireAxis(input, 4, 1, conv.inputChannels());
    long height = conv.window().transposedHeight(input.dimension(2), conv.kernelHeight());
    long width = conv.window().transposedWidth(input.dimension(3), conv.kernelWidth());
    if (height < 1 || width < 1) {
      throw expected("a map that is larger than the padding cuts off", input);
    }
    return Shape.of(input.dimension(0), conv.outputChannels(), height, width);
  }

  private static void requireLastAxes(Shape shape, Shape last) {
    for (int axis = 1; axis <= last.rank(); axis++) {
      if (shape.rank() < last.rank() || shape.dimension(-axis) != last.dimension(-axis)) {
        throw expected("last axes " + last, shape);
      }
    }
  }

  /** An axis of unknown size stands for any; all of them and the result's for the same. */
  private static Shape resultOf(Operator.Opaque opaque, List<Shape> inputs) {
    Set<Long> sizes = new HashSet<>();
    for (int i = 0; i < inputs.size(); i++) {
      Shape operand = opaque.operands().get(i);
      Shape input = inputs.get(i);
      boolean fits = input.rank() == operand.rank();
      for (int axis = 0; fits && axis < operand.rank(); axis++) {
        if (operand.dimension(axis) == Shape.UNKNOWN) {
          sizes.add(input.dimension(axis));
        } else {
          fits = operand.dimension(axis) == input.dimension(axis);
        }
      }
      if (!fits || sizes.size() > 1) {
        throw new BadInputException(
            "expected inputs of shapes " + opaque.operands() + ", found " + inputs);
      }
    }
    long unknown = sizes.stream().findAny().orElse(Shape.UNKNOWN);
    return Shape.of(
        LongStream.of(opaque.result().toArray())
            .map(size -> size == Shape.UNKNOWN ? unknown : size)
            .toArray());
  }

  static void requireRank(Shape shape, int rank) {
    if (shape.rank() != rank) {
      throw expected(rank + " axes", shape);
    }
  }

  static void requireAxis(Shape shape, int rank, int axis, long size) {
    requireRank(shape, rank);
    if (shape.dimension(axis) != size) {
      throw expected("axis " + axis + " of size " + size, shape);
    }
  }

  static BadInputException expected(String expected, Shape found) {
    return new BadInputException("expected an input with " + expected + ", found shape " + found);
  }
}
