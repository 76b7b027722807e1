package org.repfold.converter.fold.fuzz;

import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** A graph with other sizes, the tensors cut to fit. */
final class Resized {
  private final LongUnaryOperator change;

  private Resized(LongUnaryOperator change) {
    this.change = change;
  }

  /**
   * The graph with each size changed.
   *
   * @throws org.repfold.graph.BadInputException if the changed sizes do not fit each other
   */
  static Graph graph(Graph graph, LongUnaryOperator change) {
    Resized resized = new Resized(change);
    List<Input> inputs =
        graph.inputs().stream()
            .map(input -> new Input(input.name(), resized.of(input.shape())))
            .toList();
    return Graph.of(
        inputs,
        graph.nodes().stream().map(node -> node.withOperator(resized.of(node.operator()))).toList(),
        graph.outputs());
  }

  private Operator of(Operator operator) {
    if (operator instanceof Operator.Conv conv) {
      long in = of(conv.inputChannels());
      long out = of(conv.outputChannels());
      int group = group(conv.group(), in, out);
      Shape weight = conv.weight().shape().with(0, out).with(1, in / group);
      return new Operator.Conv(
          cut(conv.weight(), weight), conv.bias().map(this::of), conv.window(), group);
    } else if (operator instanceof Operator.ConvTranspose conv) {
      long in = of(conv.inputChannels());
      long out = of(conv.outputChannels());
      int group = group(conv.group(), in, out);
      Shape weight = conv.weight().shape().with(0, in).with(1, out / group);
      Optional<Tensor> bias = conv.bias().map(this::of);
      return new Operator.ConvTranspose(cut(conv.weight(), weight), bias, conv.window(), group);
    } else if (operator instanceof Movement.Reshape reshape) {
      return new Movement.Reshape(reshape.shape().stream().map(this::of).toList());
    } else if (operator instanceof Movement.Slice slice) {
      return new Movement.Slice(slice.axis(), of(slice.start()), of(slice.end()));
    } else if (operator instanceof Operator.Opaque opaque) {
      return new Operator.Opaque(
          opaque.kind(),
          opaque.operands().stream().map(this::of).toList(),
          of(opaque.result()),
          opaque.body());
    }
    return operator.mapParameters(this::of);
  }

  private long of(long size) {
    return change.applyAsLong(size);
  }

  private Shape of(Shape shape) {
    return Simplifications.map(shape, change);
  }

  private Tensor of(Tensor tensor) {
    return cut(tensor, of(tensor.shape()));
  }

  private int group(int group, long in, long out) {
    long changed = of(group);
    return in % group == 0 && out % group == 0
        ? group
        : in % changed == 0 && out % changed == 0 ? Math.toIntExact(changed) : 1;
  }

  /** The first elements along each axis, repeated where there are too few. */
  static Tensor cut(Tensor tensor, Shape shape) {
    if (shape.equals(tensor.shape())) {
      return tensor;
    }
    double[] elements = new double[Math.toIntExact(shape.elements())];
    for (int i = 0; i < elements.length; i++) {
      int rest = i;
      int from = 0;
      int stride = 1;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        int size = Math.toIntExact(shape.dimension(axis));
        int old = Math.toIntExact(tensor.shape().dimension(axis));
        from += rest % size % old * stride;
        rest /= size;
        stride *= old;
      }
      elements[i] = tensor.get(from);
    }
    return Tensor.of(shape, elements);
  }
}
