package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.repfold.converter.io.dl4j.layers.ChannelScale;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Chooses vertices for sums, products and their like: DL4J's own for values of one shape, one layer
 * for a product and a sum with constants over a map, a gate for a factor per channel, and the
 * general vertex for the rest.
 */
final class ElementwiseVertices {
  private final VertexPlan plan;

  ElementwiseVertices(VertexPlan plan) {
    this.plan = plan;
  }

  void plan(Node node) {
    Operator operator = node.operator();
    if (operator instanceof Operator.Mul && isAffine(node)) {
      product(node);
    } else if (operator instanceof Operator.Add && isAffine(node)) {
      affine(node, Optional.empty(), node);
    } else if (operator instanceof Operator.Mul && gate(node).isPresent()) {
      plan.add(node.name(), new ChannelScale(), gate(node).get());
    } else if (!isOfOneShape(node)) {
      plan.addOperator(node);
    } else if (operator instanceof Operator.Add) {
      sum(node);
    } else if (operator instanceof Operator.Mul) {
      plan.add(node.name(), new ElementWiseVertex(ElementWiseVertex.Op.Product), node.inputs());
    } else if (operator instanceof Operator.Sub) {
      plan.add(node.name(), new ElementWiseVertex(ElementWiseVertex.Op.Subtract), node.inputs());
    } else if (operator instanceof Operator.Max) {
      plan.add(node.name(), new ElementWiseVertex(ElementWiseVertex.Op.Max), node.inputs());
    } else {
      plan.addOperator(node);
    }
  }

  /** Whether both operands vary and have the same shape, as DL4J's vertices want. */
  private boolean isOfOneShape(Node node) {
    return node.inputs().stream().allMatch(input -> plan.graph().constant(input).isEmpty())
        && plan.shape(node.inputs().get(0)).equals(plan.shape(node.inputs().get(1)));
  }

  /** A sum, together with sums of sums that nothing else takes. */
  private void sum(Node node) {
    List<String> terms = new ArrayList<>(node.inputs());
    Node last = node;
    Optional<Node> next = furtherSum(node);
    while (next.isPresent()) {
      last = next.get();
      plan.cover(last);
      terms.add(last.inputs().get(1));
      next = furtherSum(last);
    }
    plan.add(last.name(), new ElementWiseVertex(ElementWiseVertex.Op.Add), terms);
  }

  /** Only a sum on the left is added first, as DL4J adds from left to right. */
  private Optional<Node> furtherSum(Node node) {
    return plan.next(node.name(), Operator.Add.class)
        .filter(sum -> sum.input().equals(node.name()))
        .filter(this::isOfOneShape);
  }

  /** The map and the factor for each of its channels that the product takes. */
  private Optional<List<String>> gate(Node node) {
    String left = node.inputs().get(0);
    String right = node.inputs().get(1);
    if (isGate(right, left)) {
      return Optional.of(List.of(left, right));
    }
    return isGate(left, right) ? Optional.of(List.of(right, left)) : Optional.empty();
  }

  private boolean isGate(String gate, String map) {
    Shape shape = plan.shape(map);
    return shape.rank() == 4
        && plan.graph().constant(gate).isEmpty()
        && plan.graph().constant(map).isEmpty()
        && (shape.dimension(2) != 1 || shape.dimension(3) != 1)
        && plan.shape(gate).equals(shape.with(2, 1).with(3, 1));
  }

  /** Whether the node goes with a constant over a map, the same for all examples. */
  private boolean isAffine(Node node) {
    return value(node)
        .filter(value -> plan.shape(value).rank() == 4)
        .filter(value -> plan.shape(value).equals(plan.shape(node.name())))
        .flatMap(value -> overMap(node, plan.shape(value)))
        .isPresent();
  }

  /** The operand that varies, where the other is a constant. */
  private Optional<String> value(Node node) {
    List<String> values =
        node.inputs().stream().filter(input -> plan.graph().constant(input).isEmpty()).toList();
    return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }

  private void product(Node node) {
    Optional<Node> sum = plan.next(node.name(), Operator.Add.class).filter(this::isAffine);
    sum.ifPresent(plan::cover);
    affine(node, Optional.of(node), sum.orElse(node));
  }

  /** {@code first} to {@code last}: a product with a constant, a sum with one, or both. */
  private void affine(Node first, Optional<Node> product, Node last) {
    String value = value(first).orElseThrow();
    Shape map = plan.shape(value);
    Optional<Tensor> scale = product.flatMap(node -> overMap(node, map));
    Optional<Tensor> bias =
        product.equals(Optional.of(last)) ? Optional.empty() : overMap(last, map);
    plan.add(last.name(), LayerFactory.affine(scale, bias), value);
  }

  /** The node's constant, of shape {@code [1, C, 1, 1]} or {@code [1, C, H, W]}. */
  private Optional<Tensor> overMap(Node node, Shape map) {
    return node.inputs().stream()
        .map(plan.graph()::constant)
        .flatMap(Optional::stream)
        .findFirst()
        .flatMap(constant -> Constants.overMap(constant, map));
  }
}
