package org.repfold.zoo;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.io.dl4j.layers.GroupedConvolution;
import org.repfold.graph.Shape;

/** Allocates graphs and gives them initial weights. */
public final class Initialization {
  private Initialization() {}

  /**
   * Allocates and initialises a graph. Each tensor has its own random stream, derived from the seed
   * and its name, so that its values do not depend on what else is in the graph.
   */
  public static ComputationGraph initialize(
      ComputationGraphConfiguration configuration, WeightInitializer weights, long seed) {
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    Map<String, Shape> matrices = new HashMap<>();
    for (NamedParameter parameter : NamedParameter.of(graph)) {
      OfficialLayout layout = parameter.layout();
      if (layout.shape().rank() > 1) {
        matrices.put(layout.module(), layout.shape());
      }
      SplittableRandom random = new SplittableRandom(seed ^ streamOf(layout.name()) << 32);
      weights
          .values(
              new WeightInitializer.Parameter(
                  layout.module(),
                  layout.leaf(),
                  layout.shape(),
                  Optional.ofNullable(matrices.get(layout.module())),
                  groupsOf(graph.getLayer(layout.module()).conf().getLayer())),
              random)
          .ifPresent(values -> fill(parameter.view(), values));
    }
    return graph;
  }

  private static int groupsOf(Layer layer) {
    if (layer instanceof GroupedConvolution grouped) {
      return grouped.getGroups();
    }
    return layer instanceof DepthwiseConvolution2D depthwise ? (int) depthwise.getNIn() : 1;
  }

  private static void fill(INDArray view, double[] values) {
    view.assign(Nd4j.create(values, view.shape(), DataType.DOUBLE));
  }

  private static long streamOf(String name) {
    CRC32 checksum = new CRC32();
    checksum.update(name.getBytes(StandardCharsets.UTF_8));
    return checksum.getValue();
  }
}
