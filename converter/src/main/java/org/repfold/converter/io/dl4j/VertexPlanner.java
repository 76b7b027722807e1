package org.repfold.converter.io.dl4j;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;

/**
 * Chooses DL4J vertices for the nodes of a graph, as few as possible: an activation becomes part of
 * the layer before it, a chain of reshapes and transposes one vertex, a product and a sum with
 * constants one layer. DL4J's own layers go first; what it has none for, the general vertex
 * computes. Used once.
 */
final class VertexPlanner {
  private final VertexPlan plan;
  private final LinearVertices linear;
  private final ElementwiseVertices elementwise;
  private final MovementVertices movement;
  private final PoolingVertices pooling;

  /**
   * A planner.
   *
   * @param losses the loss function of those outputs that are to be output layers
   */
  VertexPlanner(VertexPlan plan, Map<String, ILossFunction> losses) {
    this.plan = plan;
    linear = new LinearVertices(plan, losses);
    elementwise = new ElementwiseVertices(plan);
    movement = new MovementVertices(plan, linear::startsGrouped);
    pooling = new PoolingVertices(plan);
  }

  /**
   * All vertices, each after those whose values it takes.
   *
   * @throws BadInputException naming the node that DL4J has no counterpart for
   */
  List<PlannedVertex> plan() {
    for (Node node : plan.graph().nodes()) {
      if (plan.isFree(node) && !(node.operator() instanceof Operator.Constant)) {
        plan.cover(node);
        plan(node);
      }
    }
    return plan.inOrder();
  }

  private void plan(Node node) {
    Operator operator = node.operator();
    if (node.inputs().stream().allMatch(input -> plan.graph().constant(input).isPresent())) {
      throw VertexPlan.refused(node, "it takes constants alone");
    } else if (linear.startsGrouped(node)) {
      linear.grouped(node);
    } else if (operator instanceof Operator.Conv conv) {
      linear.convolution(node, conv);
    } else if (operator instanceof Operator.Gemm gemm) {
      linear.dense(node, gemm);
    } else if (operator instanceof Operator.MatMul) {
      linear.product(node);
    } else if (operator instanceof Operator.LayerNormalization norm
        && norm.scale().shape().rank() == 1
        && plan.shape(node.name()).rank() > 1) {
      int axis = plan.shape(node.name()).rank() - 1;
      plan.addActivated(node.name(), LayerFactory.layerNormalization(norm, axis), node.input());
    } else if (operator instanceof Operator.BatchNormalization norm && isNormalised(node)) {
      plan.add(node.name(), LayerFactory.batchNormalization(norm), node.input());
    } else if (operator instanceof Pooling pool) {
      pooling.plan(node, pool);
    } else if (operator instanceof Movement) {
      movement.plan(node);
    } else if (operator instanceof Operator.Elementwise) {
      elementwise.plan(node);
    } else if (operator instanceof Operator.Opaque opaque) {
      opaque(node, opaque);
    } else {
      function(node);
    }
  }

  /** DL4J normalises maps, and rows where they are not the network's output. */
  private boolean isNormalised(Node node) {
    int rank = plan.shape(node.input()).rank();
    return rank == 4 || rank == 2 && !plan.graph().isOutput(node.name());
  }

  private void function(Node node) {
    Optional<IActivation> function =
        ActivationFunctions.of(node.operator(), plan.shape(node.input()));
    if (function.isPresent()) {
      plan.add(node.name(), new ActivationLayer(function.get()), plan.expendable(node));
    } else {
      plan.addOperator(node);
    }
  }

  private void opaque(Node node, Operator.Opaque opaque) {
    if (!(opaque.body() instanceof OpaqueVertex body)) {
      throw VertexPlan.refused(node, "DL4J does not know '" + opaque.kind() + "'");
    }
    GraphVertex vertex = body.configuration();
    if (vertex instanceof LayerVertex layer) {
      layer.getLayerConf().getLayer().setLayerName(node.name());
    }
    plan.add(
        new PlannedVertex(
            node.name(), node.inputs(), new PlannedVertex.OfVertex(vertex), body::fill));
  }
}
