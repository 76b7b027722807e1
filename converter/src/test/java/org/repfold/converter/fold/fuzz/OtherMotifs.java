package org.repfold.converter.fold.fuzz;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.ExecutableBody;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Motifs of values of any rank: what stands between the layers. */
final class OtherMotifs {
  private OtherMotifs() {}

  /** An unknown operator that computes {@code x / (1 + |x|)}. */
  static final ExecutableBody SOFTSIGN =
      new ExecutableBody() {
        @Override
        public INDArray execute(List<INDArray> inputs, ElementType type) {
          double[] x = NdArrays.toDoubles(inputs.get(0));
          for (int i = 0; i < x.length; i++) {
            x[i] /= 1 + Math.abs(x[i]);
          }
          INDArray result = NdArrays.of(x, inputs.get(0).shape());
          return result.castTo(NdArrays.dataType(type));
        }
      };

  static List<Motif> all() {
    return IntStream.rangeClosed(2, 4).boxed().flatMap(rank -> of(rank).stream()).toList();
  }

  private static List<Motif> of(int rank) {
    return List.of(
        new Motif("activation", rank, Layers::activation),
        new Motif("identity", rank, (g, x) -> g.add(new Operator.Identity(), x)),
        new Motif("residual", rank, OtherMotifs::residual),
        new Motif(rank == 4 ? "movement of a map" : "movement", rank, OtherMotifs::movement),
        new Motif("constants", rank, OtherMotifs::constants),
        new Motif("unknown", rank, OtherMotifs::unknown));
  }

  private static String residual(RandomGraph g, String x) {
    String other = g.alike(x);
    return switch (g.random.nextInt(6)) {
      case 0 -> g.add(new Operator.Mul(), x, other);
      case 1 -> g.add(new Operator.Sub(), x, other);
      case 2 -> g.add(new Operator.Max(), x, other);
      default -> g.add(new Operator.Add(), x, other);
    };
  }

  private static String movement(RandomGraph g, String x) {
    Shape shape = g.shape(x);
    int last = shape.rank() - 1;
    if (last == 3 && g.oneIn(3)) {
      return switch (g.random.nextInt(3)) {
        case 0 -> g.add(new Movement.Resize(2, 1), x);
        case 1 -> g.add(new Pooling.MaxPool(3, 3, Window.padded(1)), x);
        default -> g.add(new Pooling.MaxPool(2, 2, Window.unit()), x);
      };
    }
    return switch (g.random.nextInt(7)) {
      case 0 -> g.add(new Movement.Slice(last, 0, Math.max(1, shape.dimension(last) - 1)), x);
      case 1 -> g.add(new Operator.Softmax(1 + g.random.nextInt(last)), x);
      case 2 -> g.add(new Movement.Flatten(), x);
      case 3 -> g.add(new Movement.Concat(last, 2), x, g.alike(x));
      case 4 -> regrouped(g, x);
      default -> transposed(g, transposed(g, x));
    };
  }

  private static String transposed(RandomGraph g, String x) {
    List<Integer> axes = new ArrayList<>(IntStream.range(0, g.shape(x).rank()).boxed().toList());
    Collections.shuffle(g.oneIn(4) ? axes : axes.subList(1, axes.size()), g.random);
    return g.add(new Movement.Transpose(axes), x);
  }

  /** Rows of which two are three, or one: no longer one sample each. Then normalised. */
  private static String regrouped(RandomGraph g, String x) {
    Shape shape = g.shape(x);
    long channels = shape.dimension(1);
    long regrouped = channels % 3 == 0 ? channels / 3 * 2 : channels * 2;
    String y = g.add(Movement.Reshape.to(shape.with(0, -1).with(1, regrouped).toArray()), x);
    return Layers.norm(g, y);
  }

  /** An operand that is computed from constants alone. */
  private static String constants(RandomGraph g, String x) {
    long last = g.shape(x).dimension(-1);
    String value = g.add(new Operator.Constant(g.parameters.weight(2, last)));
    int count = 1 + g.random.nextInt(3);
    for (int i = 0; i < count; i++) {
      value = ofConstants(g, value, last);
    }
    String row = g.add(new Movement.Slice(0, 1, 2), value);
    return g.oneIn(2) ? g.add(new Operator.Add(), x, row) : g.add(new Operator.Mul(), row, x);
  }

  /** Another {@code [2, last]}. */
  private static String ofConstants(RandomGraph g, String value, long last) {
    return switch (g.random.nextInt(9)) {
      case 0 -> g.add(new Operator.Add(), value, constant(g, last));
      case 1 -> g.add(new Operator.Mul(), constant(g, 2, 1), value);
      case 2 -> g.add(new Operator.Sub(), value, constant(g, last));
      case 3 -> Layers.activation(g, value);
      case 4 -> g.add(new Operator.MatMul(), constant(g, 2, 2), value);
      case 5 -> g.add(new Operator.Softmax(g.random.nextInt(2)), value);
      case 6 ->
          g.add(
              new Movement.Concat(0, 2),
              g.add(new Movement.Slice(0, 1, 2), value),
              g.add(new Pooling.ReduceMean(List.of(0), true), value));
      case 7 ->
          g.add(
              new Movement.Slice(0, 1, 3),
              g.add(new Movement.Pad(List.of(1L, 0L), List.of(1L, 0L), 0.5), value));
      default ->
          g.add(
              Movement.Transpose.by(1, 0),
              g.add(new Operator.Div(), g.add(Movement.Transpose.by(1, 0), value), constant(g, 2)));
    };
  }

  private static String constant(RandomGraph g, long... sizes) {
    return g.add(new Operator.Constant(g.parameters.weight(sizes)));
  }

  private static String unknown(RandomGraph g, String x) {
    Shape shape = g.shape(x);
    return g.add(new Operator.Opaque("Softsign", List.of(shape), shape, SOFTSIGN), x);
  }
}
