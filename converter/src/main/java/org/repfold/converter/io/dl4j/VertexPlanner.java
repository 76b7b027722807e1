package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.repfold.converter.io.dl4j.layers.ChannelScale;
import org.repfold.converter.io.dl4j.layers.ConstantAffine;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Chooses DL4J vertices for the nodes of a graph, as few as possible: an activation becomes part of
 * the layer before it, a chain of reshapes and transposes one vertex, a product and a sum with
 * constants one layer. Used once.
 */
final class VertexPlanner {
  private final Graph graph;
  private final Set<String> needed;
  private final Set<String> covered;
  private final Map<String, ILossFunction> losses;
  private final Map<String, String> groupedConvs = new HashMap<>();
  private final List<PlannedVertex> plan = new ArrayList<>();

  /**
   * A planner.
   *
   * @param needed the nodes that lead to an output
   * @param covered the nodes that other vertices compute already
   * @param losses the loss function of those outputs that are to be output layers
   */
  VertexPlanner(
      Graph graph, Set<String> needed, Set<String> covered, Map<String, ILossFunction> losses) {
    this.graph = graph;
    this.needed = needed;
    this.covered = new HashSet<>(covered);
    this.losses = losses;
  }

  /**
   * All vertices, each after those whose values it takes.
   *
   * @param kept vertices that compute the covered nodes
   * @throws BadInputException naming the node that DL4J has no counterpart for
   */
  List<PlannedVertex> plan(List<PlannedVertex> kept) {
    plan.addAll(kept);
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof Operator.Conv conv && isFree(node)) {
        groupedInput(node, conv).ifPresent(flat -> groupedConvs.put(flat, node.name()));
      }
    }
    for (Node node : graph.nodes()) {
      if (isFree(node) && !(node.operator() instanceof Operator.Constant)) {
        plan(node);
      }
    }
    return inOrder();
  }

  private List<PlannedVertex> inOrder() {
    Map<String, PlannedVertex> byName = new HashMap<>();
    plan.forEach(vertex -> byName.put(vertex.name(), vertex));
    List<PlannedVertex> ordered = new ArrayList<>();
    Set<String> added = new HashSet<>();
    for (Node node : graph.nodes()) {
      PlannedVertex vertex = byName.get(node.name());
      if (vertex != null) {
        addAfterInputs(vertex, byName, added, ordered);
      }
    }
    return ordered;
  }

  private static void addAfterInputs(
      PlannedVertex vertex,
      Map<String, PlannedVertex> byName,
      Set<String> added,
      List<PlannedVertex> ordered) {
    if (added.add(vertex.name())) {
      for (String input : vertex.inputs()) {
        if (byName.containsKey(input)) {
          addAfterInputs(byName.get(input), byName, added, ordered);
        }
      }
      ordered.add(vertex);
    }
  }

  private boolean isFree(Node node) {
    return needed.contains(node.name()) && !covered.contains(node.name());
  }

  /** The one node that takes the value, where no vertex computes it yet. */
  private Optional<Node> next(String value) {
    return graph.hasSingleUse(value)
        ? Optional.of(graph.consumers(value).get(0)).filter(this::isFree)
        : Optional.empty();
  }

  private <T extends Operator> Optional<Node> next(String value, Class<T> type) {
    return next(value).filter(node -> type.isInstance(node.operator()));
  }

  private void plan(Node node) {
    covered.add(node.name());
    Operator operator = node.operator();
    if (groupedConvs.containsKey(node.name())) {
      grouped(graph.find(groupedConvs.get(node.name())).orElseThrow(), node.input());
    } else if (operator instanceof Operator.Conv conv) {
      convolution(node, conv);
    } else if (operator instanceof Operator.Gemm gemm) {
      dense(node, gemm);
    } else if (operator instanceof Operator.BatchNormalization norm) {
      add(node.name(), LayerFactory.batchNormalization(norm), node.input());
    } else if (operator instanceof Pooling.GlobalAveragePool) {
      pool(node);
    } else if (isMovement(operator)) {
      rearrange(node);
    } else if (operator instanceof Operator.Add) {
      sum(node);
    } else if (operator instanceof Operator.Mul) {
      product(node);
    } else {
      activation(node);
    }
  }

  private static BadInputException refused(Node node, String reason) {
    return new BadInputException(
        "node '%s' (%s): %s, so it cannot be written as DL4J"
            .formatted(node.name(), node.operator().type(), reason));
  }

  private void add(String name, LayerFactory.Part<?> part, String input) {
    plan.add(PlannedVertex.of(name, part.layer(), input, part.parameters()));
  }

  /** Adds a layer that computes {@code value}, and the activation after it where there is one. */
  private void addActivated(String value, LayerFactory.Part<?> part, String input) {
    add(absorbActivation(value, part.layer()), part, input);
  }

  private String absorbActivation(String value, BaseLayer layer) {
    Optional<Node> next = next(value);
    Optional<IActivation> activation =
        next.flatMap(node -> LayerFactory.activation(node.operator(), graph.shape(value)));
    if (activation.isEmpty()) {
      return value;
    }
    layer.setActivationFn(activation.get());
    covered.add(next.get().name());
    return next.get().name();
  }

  private void activation(Node node) {
    Optional<IActivation> function =
        node.operator() instanceof Operator.Identity
            ? Optional.of(new ActivationIdentity())
            : LayerFactory.activation(node.operator(), graph.shape(node.input()));
    if (function.isEmpty()) {
      throw refused(node, "DL4J has no such layer");
    }
    plan.add(
        PlannedVertex.of(
            node.name(), new ActivationLayer(function.get()), expendable(node), table -> {}));
  }

  /**
   * The node's input, or a copy where something else needs it: DL4J's activation layer overwrites
   * its input outside of a workspace, and always that of the network.
   */
  private String expendable(Node node) {
    String input = node.input();
    if (graph.hasSingleUse(input) && graph.find(input).isPresent()) {
      return input;
    }
    String copy = node.name() + "/copy";
    plan.add(
        PlannedVertex.of(copy, new ElementWiseVertex(ElementWiseVertex.Op.Add), List.of(input)));
    return copy;
  }

  private void convolution(Node node, Operator.Conv conv) {
    Shape input = graph.shape(node.input());
    Optional<LayerFactory.Part<?>> part = LayerFactory.convolution(conv, input);
    if (part.isPresent()) {
      addActivated(node.name(), part.get(), node.input());
    } else if (conv.isPointwise() && input.dimension(2) == 1 && input.dimension(3) == 1) {
      grouped(node, node.input());
    } else {
      throw refused(
          node, "group " + conv.group() + " with window " + conv.window() + " has no DL4J layer");
    }
  }

  /** The reshape before a pointwise convolution that turns rows of values into channels. */
  private Optional<String> groupedInput(Node node, Operator.Conv conv) {
    Optional<Node> flat = graph.find(node.input(), Movement.Reshape.class).filter(this::isFree);
    if (!conv.isPointwise() || flat.isEmpty() || !graph.hasSingleUse(node.input())) {
      return Optional.empty();
    }
    Shape from = graph.shape(flat.get().input());
    Shape to = graph.shape(node.input());
    boolean sameRows =
        from.rank() >= 2
            && from.dimension(0) == Shape.UNKNOWN
            && to.equals(Shape.of(Shape.UNKNOWN, conv.inputChannels(), 1, 1))
            && from.product(1, from.rank()) == conv.inputChannels();
    return sameRows ? Optional.of(flat.get().name()) : Optional.empty();
  }

  /** A pointwise grouped convolution on rows of values, and the reshape after it. */
  private void grouped(Node node, String input) {
    covered.add(node.name());
    LayerFactory.Part<GroupedFullyConnected> part =
        LayerFactory.grouped((Operator.Conv) node.operator());
    Shape output = outputOf(part.layer(), graph.shape(input));
    Optional<Node> reshape =
        next(node.name(), Movement.Reshape.class)
            .filter(next -> graph.shape(next.name()).equals(output));
    if (reshape.isPresent()) {
      covered.add(reshape.get().name());
      addActivated(reshape.get().name(), part, input);
      return;
    }
    String rows = node.name() + "/rows";
    add(rows, part, input);
    long[] shape = {Shape.UNKNOWN, part.layer().getNOut(), 1, 1};
    plan.add(PlannedVertex.of(node.name(), Rearrange.of(Rearrange.reshape(shape)), List.of(rows)));
  }

  private static Shape outputOf(GroupedFullyConnected layer, Shape input) {
    boolean keepsMap =
        input.rank() == 4
            && input.dimension(1) == layer.getGroups()
            && layer.getNIn() == layer.getNOut();
    return keepsMap ? input : Shape.of(Shape.UNKNOWN, layer.getNOut());
  }

  private void dense(Node node, Operator.Gemm gemm) {
    LayerFactory.Part<?> dense = LayerFactory.dense(gemm);
    String value = absorbActivation(node.name(), dense.layer());
    ILossFunction loss = losses.get(value);
    if (loss == null) {
      add(value, dense, node.input());
    } else {
      LayerFactory.Part<?> output = LayerFactory.output(gemm, loss);
      output.layer().setActivationFn(dense.layer().getActivationFn());
      add(value, output, node.input());
    }
  }

  private void pool(Node node) {
    Optional<Node> flatten = next(node.name(), Movement.Flatten.class);
    flatten.ifPresent(next -> covered.add(next.name()));
    GlobalPoolingLayer layer =
        new GlobalPoolingLayer.Builder(PoolingType.AVG)
            .collapseDimensions(flatten.isPresent())
            .build();
    plan.add(
        PlannedVertex.of(
            flatten.map(Node::name).orElse(node.name()), layer, node.input(), table -> {}));
  }

  private static boolean isMovement(Operator operator) {
    return operator instanceof Movement.Reshape
        || operator instanceof Movement.Transpose
        || operator instanceof Movement.Flatten;
  }

  private void rearrange(Node first) {
    List<Rearrange.Step> steps = new ArrayList<>();
    Node last = first;
    Optional<Node> next = Optional.of(first);
    while (next.isPresent()) {
      last = next.get();
      covered.add(last.name());
      steps.add(step(last));
      next =
          next(last.name())
              .filter(node -> isMovement(node.operator()))
              .filter(node -> !groupedConvs.containsKey(node.name()));
    }
    plan.add(PlannedVertex.of(last.name(), new Rearrange(steps), List.of(first.input())));
  }

  private Rearrange.Step step(Node node) {
    if (node.operator() instanceof Movement.Transpose transpose) {
      return Rearrange.transpose(
          transpose.permutation().stream().mapToLong(Integer::longValue).toArray());
    } else if (node.operator() instanceof Movement.Reshape reshape) {
      return Rearrange.reshape(reshape.shape().stream().mapToLong(Long::longValue).toArray());
    }
    return Rearrange.reshape(graph.shape(node.name()).toArray());
  }

  /** A sum, together with sums of sums that nothing else takes. */
  private void sum(Node node) {
    if (hasConstant(node)) {
      affine(node, Optional.empty(), node);
      return;
    }
    requireSameShapes(node);
    List<String> terms = new ArrayList<>(node.inputs());
    Node last = node;
    Optional<Node> next = furtherSum(node);
    while (next.isPresent()) {
      last = next.get();
      covered.add(last.name());
      terms.add(last.inputs().get(1));
      next = furtherSum(last);
    }
    plan.add(PlannedVertex.of(last.name(), new ElementWiseVertex(ElementWiseVertex.Op.Add), terms));
  }

  /** Only a sum on the left is added first, as DL4J adds from left to right. */
  private Optional<Node> furtherSum(Node node) {
    return next(node.name(), Operator.Add.class)
        .filter(sum -> sum.input().equals(node.name()) && !hasConstant(sum))
        .filter(sum -> graph.shape(sum.inputs().get(1)).equals(graph.shape(node.name())));
  }

  private void product(Node node) {
    if (hasConstant(node)) {
      Optional<Node> sum = next(node.name(), Operator.Add.class).filter(this::hasConstant);
      sum.ifPresent(next -> covered.add(next.name()));
      affine(node, Optional.of(node), sum.orElse(node));
      return;
    }
    String left = node.inputs().get(0);
    String right = node.inputs().get(1);
    if (isGate(right, left)) {
      plan.add(PlannedVertex.of(node.name(), new ChannelScale(), List.of(left, right)));
    } else if (isGate(left, right)) {
      plan.add(PlannedVertex.of(node.name(), new ChannelScale(), List.of(right, left)));
    } else {
      requireSameShapes(node);
      plan.add(
          PlannedVertex.of(
              node.name(), new ElementWiseVertex(ElementWiseVertex.Op.Product), node.inputs()));
    }
  }

  private boolean isGate(String gate, String map) {
    Shape shape = graph.shape(map);
    return shape.rank() == 4
        && (shape.dimension(2) != 1 || shape.dimension(3) != 1)
        && graph.shape(gate).equals(shape.with(2, 1).with(3, 1));
  }

  private void requireSameShapes(Node node) {
    Shape left = graph.shape(node.inputs().get(0));
    Shape right = graph.shape(node.inputs().get(1));
    if (!left.equals(right)) {
      throw refused(node, "its operands have the different shapes " + left + " and " + right);
    }
  }

  private boolean hasConstant(Node node) {
    return node.inputs().stream().anyMatch(input -> graph.constant(input).isPresent());
  }

  /** {@code first} to {@code last}: a product with a constant, a sum with one, or both. */
  private void affine(Node first, Optional<Node> product, Node last) {
    String value =
        first.inputs().stream()
            .filter(input -> graph.constant(input).isEmpty())
            .findFirst()
            .orElseThrow(() -> refused(first, "both operands are constants"));
    Shape map = graph.shape(value);
    if (map.rank() != 4 || !map.equals(graph.shape(last.name()))) {
      throw refused(first, "its constant goes with a value of shape " + map);
    }
    Optional<Tensor> scale = product.map(node -> overMap(node, map));
    Optional<Tensor> bias =
        product.equals(Optional.of(last)) ? Optional.empty() : Optional.of(overMap(last, map));
    LayerFactory.Part<ConstantAffine> part = LayerFactory.affine(scale, bias);
    add(last.name(), part, value);
  }

  /** The node's constant, of shape {@code [1, C, 1, 1]} or {@code [1, C, H, W]}. */
  private Tensor overMap(Node node, Shape map) {
    Tensor constant =
        node.inputs().stream().map(graph::constant).flatMap(Optional::stream).findFirst().get();
    return Constants.overMap(constant, map)
        .orElseThrow(() -> refused(node, "its constant has the shape " + constant.shape()));
  }
}
