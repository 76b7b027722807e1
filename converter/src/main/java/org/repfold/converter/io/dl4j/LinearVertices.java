package org.repfold.converter.io.dl4j;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * Chooses layers for convolutions and dense layers, each with the activation after it; a grouped
 * 1x1 convolution between reshapes, which is a dense layer over a map, becomes one layer.
 */
final class LinearVertices {
  private static final int MAP_RANK = 4;

  private final VertexPlan plan;
  private final Map<String, ILossFunction> losses;
  private final Map<String, String> groupedConvs = new HashMap<>();

  /**
   * A chooser.
   *
   * @param losses the loss function of those outputs that are to be output layers
   */
  LinearVertices(VertexPlan plan, Map<String, ILossFunction> losses) {
    this.plan = plan;
    this.losses = losses;
    for (Node node : plan.graph().nodes()) {
      if (node.operator() instanceof Operator.Conv conv && plan.isFree(node)) {
        groupedInput(node, conv).ifPresent(flat -> groupedConvs.put(flat, node.name()));
      }
    }
  }

  /** Whether the node is the reshape before a dense layer over a map. */
  boolean startsGrouped(Node node) {
    return groupedConvs.containsKey(node.name());
  }

  /** Plans the dense layer over a map that a reshape starts. */
  void grouped(Node reshape) {
    Node conv = plan.graph().find(groupedConvs.get(reshape.name())).orElseThrow();
    plan.cover(conv);
    grouped(conv, reshape.input());
  }

  void convolution(Node node, Operator.Conv conv) {
    Shape input = plan.shape(node.input());
    boolean single = input.dimension(2) == 1 && input.dimension(3) == 1;
    if (conv.isPointwise() && single && conv.group() > 1 && conv.group() < conv.inputChannels()) {
      grouped(node, node.input());
    } else if (LayerFactory.isPaddedAsDl4jDoes(conv, input)) {
      plan.addActivated(node.name(), LayerFactory.convolution(conv, input), node.input());
    } else {
      Window window = conv.window();
      String padded = plan.freshName(node.name() + "/padded");
      plan.add(
          padded,
          new ZeroPaddingLayer.Builder(
                  window.padTop(), window.padBottom(), window.padLeft(), window.padRight())
              .build(),
          node.input());
      Operator.Conv rest =
          new Operator.Conv(conv.weight(), conv.bias(), unpadded(window), conv.group());
      plan.addActivated(node.name(), LayerFactory.convolution(rest, input), padded);
    }
  }

  private static Window unpadded(Window window) {
    return new Window(
        window.strideHeight(),
        window.strideWidth(),
        window.dilationHeight(),
        window.dilationWidth(),
        0,
        0,
        0,
        0);
  }

  /** The reshape before a pointwise convolution that turns rows of values into channels. */
  private Optional<String> groupedInput(Node node, Operator.Conv conv) {
    Optional<Node> flat =
        plan.graph().find(node.input(), Movement.Reshape.class).filter(plan::isFree);
    if (!conv.isPointwise() || flat.isEmpty() || !plan.graph().hasSingleUse(node.input())) {
      return Optional.empty();
    }
    Shape from = plan.shape(flat.get().input());
    Shape to = plan.shape(node.input());
    boolean sameRows =
        from.rank() >= 2
            && from.dimension(0) == Shape.UNKNOWN
            && to.equals(Shape.of(Shape.UNKNOWN, conv.inputChannels(), 1, 1))
            && from.product(1, from.rank()) == conv.inputChannels();
    return sameRows ? Optional.of(flat.get().name()) : Optional.empty();
  }

  /** A pointwise grouped convolution on rows of values, and the reshape after it. */
  private void grouped(Node node, String input) {
    LayerFactory.Part<GroupedFullyConnected> part =
        LayerFactory.grouped((Operator.Conv) node.operator());
    Shape output = outputOf(part.layer(), plan.shape(input));
    Optional<Node> reshape =
        plan.next(node.name(), Movement.Reshape.class)
            .filter(next -> plan.shape(next.name()).equals(output));
    if (reshape.isPresent()) {
      plan.cover(reshape.get());
      plan.addActivated(reshape.get().name(), part, input);
      return;
    }
    String rows = plan.freshName(node.name() + "/rows");
    plan.add(rows, part, input);
    long[] shape = {Shape.UNKNOWN, part.layer().getNOut(), 1, 1};
    plan.add(node.name(), Rearrange.of(Rearrange.reshape(shape)), List.of(rows));
  }

  private static Shape outputOf(GroupedFullyConnected layer, Shape input) {
    boolean keepsMap =
        input.rank() == 4
            && input.dimension(1) == layer.getGroups()
            && layer.getNIn() == layer.getNOut();
    return keepsMap ? input : Shape.of(Shape.UNKNOWN, layer.getNOut());
  }

  void dense(Node node, Operator.Gemm gemm) {
    LayerFactory.Part<?> dense = LayerFactory.dense(gemm);
    String value = plan.absorbActivation(node.name(), dense.layer());
    ILossFunction loss = losses.get(value);
    if (loss == null) {
      plan.add(value, dense, node.input());
    } else {
      LayerFactory.Part<?> output = LayerFactory.output(gemm, loss);
      output.layer().setActivationFn(dense.layer().getActivationFn());
      plan.add(value, output, node.input());
    }
  }

  /**
   * A product with a constant matrix, and the constants for each output that are added to it: a
   * dense layer along the last axis or the one before it.
   */
  void product(Node node) {
    int rank = plan.shape(node.name()).rank();
    Optional<Tensor> left = matrix(node.inputs().get(0));
    Optional<Tensor> right = matrix(node.inputs().get(1));
    int axis = left.isPresent() ? rank - 2 : rank - 1;
    if (left.isPresent() == right.isPresent() || axis < 1 || rank > MAP_RANK) {
      plan.addOperator(node);
      return;
    }
    Tensor weight = left.orElseGet(() -> Layouts.transposed(right.get()));
    Optional<Node> sum =
        plan.next(node.name(), Operator.Add.class)
            .filter(add -> bias(add, node, axis, weight.shape().dimension(0)).isPresent());
    sum.ifPresent(plan::cover);
    Optional<Tensor> bias = sum.flatMap(add -> bias(add, node, axis, weight.shape().dimension(0)));
    plan.addActivated(
        sum.orElse(node).name(),
        LayerFactory.linear(axis, weight, bias),
        node.inputs().get(left.isPresent() ? 1 : 0));
  }

  private Optional<Tensor> matrix(String value) {
    return plan.graph().constant(value).filter(constant -> constant.shape().rank() == 2);
  }

  /** The constant that the sum adds to the product, where it varies along the axis alone. */
  private Optional<Tensor> bias(Node sum, Node product, int axis, long outputs) {
    Shape shape = plan.shape(product.name());
    return sum.inputs().stream()
        .filter(input -> !input.equals(product.name()))
        .map(plan.graph()::constant)
        .flatMap(Optional::stream)
        .filter(constant -> plan.shape(sum.name()).equals(shape))
        .filter(constant -> variesAlong(constant.shape(), shape.rank() - axis, outputs))
        .findFirst();
  }

  /** Whether a constant has just so many elements, all along one axis, counted from the last. */
  private static boolean variesAlong(Shape constant, int fromLast, long size) {
    return constant.rank() >= fromLast
        && constant.dimension(constant.rank() - fromLast) == size
        && constant.elements() == size;
  }
}
