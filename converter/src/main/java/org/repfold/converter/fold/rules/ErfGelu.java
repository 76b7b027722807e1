package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;

/**
 * {@code x (1 + erf(x / c))}, as exporters write GELU, becomes a Gelu between two scales, which can
 * fold into the layers before and behind it.
 *
 * <p>By the definition of GELU (Hendrycks and Gimpel 2016, section 2), {@code Gelu(y) = y / 2 (1 +
 * erf(y / sqrt(2)))}, with {@code r = sqrt(2) / c}: {@code x (1 + erf(x / c)) = 2 / r Gelu(r x)}.
 * So it is exact whatever {@code c} is, and in particular for {@code sqrt(2)} rounded to float32,
 * which is not {@code sqrt(2)}.
 *
 * <p>Refuses nothing. Leaves alone what something else takes a part of.
 */
public final class ErfGelu implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.Mul)) {
      return Match.none();
    }
    String left = node.inputs().get(0);
    String right = node.inputs().get(1);
    return ErrorFunction.behind(graph, right, left)
        .or(() -> ErrorFunction.behind(graph, left, right))
        .filter(found -> graph.shape(node.name()).equals(graph.shape(found.operand())))
        .map(found -> gelu(graph, node, found))
        .orElseGet(Match::none);
  }

  private static Match gelu(GraphView graph, Node node, ErrorFunction found) {
    Shape shape = graph.shape(node.name());
    String name = node.name();
    Field zeros = Field.all(0, shape.rank());
    Field ratio = found.scale().with(zeros, (s, zero) -> Math.sqrt(2) * s);
    Field rest = ratio.with(zeros, (r, zero) -> 2 / r);
    List<Node> produced =
        new ArrayList<>(
            new Affine(ratio, zeros)
                .nodes(graph, found.operand(), shape, graph.freshName(name + "/argument"), ""));
    String argument =
        produced.isEmpty() ? found.operand() : produced.get(produced.size() - 1).name();
    Node gelu = new Node(graph.freshName(name + "/gelu"), new Unary.Gelu(), argument);
    produced.add(gelu);
    produced.addAll(new Affine(rest, zeros).nodes(graph, gelu.name(), shape, name, ""));
    List<Node> consumed = new ArrayList<>(found.nodes());
    consumed.add(node);
    return Match.replace(consumed, produced);
  }

  /**
   * {@code 1 + erf(scale operand)}.
   *
   * @param nodes those that compute it and nothing else
   */
  private record ErrorFunction(String operand, Field scale, List<Node> nodes) {

    /** What the value is, if it is this of the given operand. */
    static Optional<ErrorFunction> behind(GraphView graph, String value, String operand) {
      Optional<Node> sum =
          graph
              .find(value, Operator.Add.class)
              .filter(add -> graph.hasSingleUse(add.name()))
              .filter(
                  add ->
                      Affine.of(graph, add)
                          .filter(a -> a.shift().all(one -> one == 1))
                          .isPresent());
      Optional<Node> erf =
          sum.flatMap(add -> graph.find(Affine.operand(graph, add).orElseThrow(), Unary.Erf.class))
              .filter(found -> graph.hasSingleUse(found.name()));
      Optional<Node> scaled =
          erf.flatMap(found -> graph.find(found.input()))
              .filter(found -> graph.hasSingleUse(found.name()))
              .filter(found -> found.operator() instanceof Operator.Elementwise)
              .filter(found -> Affine.operand(graph, found).filter(operand::equals).isPresent());
      return scaled
          .flatMap(found -> Affine.of(graph, found))
          .filter(affine -> affine.shiftsNothing() && affine.scale().all(s -> s != 0))
          .map(
              affine ->
                  new ErrorFunction(
                      operand, affine.scale(), List.of(scaled.get(), erf.get(), sum.get())));
    }
  }
}
