package org.repfold.converter.io.dl4j;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Pooling;
import org.repfold.graph.Window;

/**
 * Chooses vertices for pooling: DL4J's layers where they compute the same, the general vertex for
 * the rest.
 */
final class PoolingVertices {
  private static final List<Integer> MAP_AXES = List.of(2, 3);

  private final VertexPlan plan;

  PoolingVertices(VertexPlan plan) {
    this.plan = plan;
  }

  void plan(Node node, Pooling pooling) {
    if (pooling instanceof Pooling.GlobalAveragePool) {
      global(node, PoolingType.AVG);
    } else if (pooling instanceof Pooling.GlobalMaxPool) {
      global(node, PoolingType.MAX);
    } else if (pooling instanceof Pooling.MaxPool pool && isEven(pool.window())) {
      SubsamplingLayer.Builder builder =
          windowed(
              SubsamplingLayer.PoolingType.MAX,
              pool.kernelHeight(),
              pool.kernelWidth(),
              pool.window());
      plan.add(node.name(), builder.build(), node.input());
    } else if (pooling instanceof Pooling.AveragePool pool && isEven(pool.window())) {
      SubsamplingLayer.Builder builder =
          windowed(
              SubsamplingLayer.PoolingType.AVG,
              pool.kernelHeight(),
              pool.kernelWidth(),
              pool.window());
      builder.avgPoolIncludePadInDivisor(pool.countIncludePad());
      plan.add(node.name(), builder.build(), node.input());
    } else if (pooling instanceof Pooling.ReduceMean mean
        && mean.axes().equals(MAP_AXES)
        && plan.shape(node.input()).rank() == 4) {
      plan.add(node.name(), global(PoolingType.AVG, !mean.keepDimensions()), node.input());
    } else {
      plan.addOperator(node);
    }
  }

  /** A pool over the map, and the flattening after it where there is one. */
  private void global(Node node, PoolingType type) {
    Optional<Node> flatten = plan.next(node.name(), Movement.Flatten.class);
    flatten.ifPresent(plan::cover);
    plan.add(
        flatten.map(Node::name).orElse(node.name()),
        global(type, flatten.isPresent()),
        node.input());
  }

  private static GlobalPoolingLayer global(PoolingType type, boolean collapse) {
    return new GlobalPoolingLayer.Builder(type).collapseDimensions(collapse).build();
  }

  private static boolean isEven(Window window) {
    return window.padTop() == window.padBottom() && window.padLeft() == window.padRight();
  }

  private static SubsamplingLayer.Builder windowed(
      SubsamplingLayer.PoolingType type, int height, int width, Window window) {
    SubsamplingLayer.Builder builder =
        new SubsamplingLayer.Builder(
            type,
            new int[] {height, width},
            new int[] {window.strideHeight(), window.strideWidth()},
            new int[] {window.padTop(), window.padLeft()});
    builder.dilation(window.dilationHeight(), window.dilationWidth());
    return builder.convolutionMode(ConvolutionMode.Truncate);
  }
}
