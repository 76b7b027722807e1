package org.repfold.converter.fold.fuzz;

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
    return switch (g.random.nextInt(6)) {
      case 0 -> g.add(new Movement.Slice(last, 0, Math.max(1, shape.dimension(last) - 1)), x);
      case 1 -> g.add(new Operator.Softmax(1 + g.random.nextInt(last)), x);
      case 2 -> g.add(new Movement.Flatten(), x);
      case 3 -> g.add(new Movement.Concat(last, 2), x, g.alike(x));
      case 4 -> last == 3 ? g.add(new Movement.Resize(2, 1), x) : g.add(new Operator.Identity(), x);
      default ->
          last == 3
              ? g.add(new Pooling.MaxPool(2, 2, Window.unit()), x)
              : g.add(new Operator.Identity(), x);
    };
  }

  /** An operand that is computed from constants alone. */
  private static String constants(RandomGraph g, String x) {
    long last = g.shape(x).dimension(-1);
    String left = g.add(new Operator.Constant(g.parameters.weight(last)));
    String right = g.add(new Operator.Constant(g.parameters.weight(last)));
    String both =
        switch (g.random.nextInt(4)) {
          case 0 -> g.add(new Operator.Add(), left, right);
          case 1 -> Layers.activation(g, left);
          case 2 -> g.add(Movement.Reshape.to(1, last), left);
          default -> g.add(new Operator.Mul(), left, right);
        };
    return g.oneIn(2) ? g.add(new Operator.Add(), x, both) : g.add(new Operator.Mul(), both, x);
  }

  private static String unknown(RandomGraph g, String x) {
    Shape shape = g.shape(x);
    return g.add(new Operator.Opaque("Softsign", List.of(shape), shape, SOFTSIGN), x);
  }
}
