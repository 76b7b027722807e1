package org.repfold.converter.io.dl4j;

import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** The operators that DL4J's pooling layers stand for. */
final class PoolingLayers {
  private PoolingLayers() {}

  /**
   * Adds a pooling under a moving window; empty where no operator is the same. DL4J's average
   * counts the padding as elements where {@code avgPoolIncludePadInDivisor} is set.
   */
  static Optional<Value> describe(VertexBuilder vertex, SubsamplingLayer layer) {
    boolean overTime = layer instanceof Subsampling1DLayer;
    Layout format = Layout.of(layer.getCnn2dDataFormat());
    Layout layout = !overTime ? format : format == Layout.NHWC ? Layout.NWC : Layout.NCW;
    Windows windows =
        overTime
            ? Windows.overTime(
                layer.getConvolutionMode(),
                layer.getKernelSize(),
                layer.getStride(),
                layer.getDilation(),
                layer.getPadding())
            : new Windows(
                layer.getConvolutionMode(),
                layer.getKernelSize(),
                layer.getStride(),
                layer.getDilation(),
                layer.getPadding());
    PoolingType type = layer.getPoolingType();
    if (type != PoolingType.MAX && type != PoolingType.AVG) {
      return Optional.empty();
    }
    String input = vertex.map(vertex.operand(), layout);
    Window window = windows.over(vertex.shape(input));
    int height = windows.kernel()[0];
    int width = windows.kernel()[1];
    Operator pool =
        type == PoolingType.MAX
            ? new Pooling.MaxPool(height, width, window)
            : new Pooling.AveragePool(height, width, window, layer.isAvgPoolIncludePadInDivisor());
    return Optional.of(vertex.operand().named(vertex.add("pool", pool, input), layout));
  }

  /**
   * Adds a pooling over whole maps or time series; empty where no operator is the same. DL4J pools
   * the axes that the layer states, else all but the first two, whatever the layout.
   */
  static Optional<Value> describe(VertexBuilder vertex, GlobalPoolingLayer layer) {
    Value operand = vertex.operand();
    int rank = operand.layout().rank(vertex.shape(operand.name()));
    int[] stated = layer.getPoolingDimensions();
    Optional<Layout> layout = layout(rank, stated);
    if (layout.isEmpty()) {
      return Optional.empty();
    }
    String input = vertex.map(operand, layout.get());
    Optional<String> pooled = pool(vertex, layer.getPoolingType(), input);
    if (pooled.isEmpty()) {
      return Optional.empty();
    } else if (layer.isCollapseDimensions()) {
      return Optional.of(
          operand.named(vertex.add("flatten", new Movement.Flatten(), pooled.get()), Layout.AS_IS));
    }
    // Kept axes come last in DL4J, even where they were not.
    return layout.get() == Layout.NHWC || layout.get() == Layout.NWC
        ? Optional.empty()
        : Optional.of(operand.named(pooled.get(), layout.get()));
  }

  /** The layout in which the pooled axes are those of a map. */
  private static Optional<Layout> layout(int rank, int[] stated) {
    if (rank == 4) {
      return stated == null || Arrays.equals(stated, new int[] {2, 3})
          ? Optional.of(Layout.AS_IS)
          : Optional.of(Layout.NHWC).filter(nhwc -> Arrays.equals(stated, new int[] {1, 2}));
    } else if (rank == 3) {
      return stated == null || Arrays.equals(stated, new int[] {2})
          ? Optional.of(Layout.NCW)
          : Optional.of(Layout.NWC).filter(nwc -> Arrays.equals(stated, new int[] {1}));
    }
    return Optional.empty();
  }

  private static Optional<String> pool(VertexBuilder vertex, PoolingType type, String input) {
    return switch (type) {
      case AVG -> Optional.of(vertex.add("pool", new Pooling.GlobalAveragePool(), input));
      case MAX -> Optional.of(vertex.add("pool", new Pooling.GlobalMaxPool(), input));
      case SUM -> {
        Shape shape = vertex.shape(input);
        if (shape.dimension(2) == Shape.UNKNOWN || shape.dimension(3) == Shape.UNKNOWN) {
          yield Optional.empty();
        }
        String mean = vertex.add("pool", new Pooling.GlobalAveragePool(), input);
        String count = vertex.constant("count", shape.product(2, 4), 4);
        yield Optional.of(vertex.add("sum", new Operator.Mul(), mean, count));
      }
      case PNORM -> Optional.empty();
    };
  }
}
