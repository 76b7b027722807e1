package org.repfold.zoo;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;

/** Parameter counts of configurations, without allocating the networks. */
public final class Parameters {
  private Parameters() {}

  /** Trainable parameters: DL4J's parameters without BatchNorm's running statistics. */
  public static long trainable(ComputationGraphConfiguration configuration) {
    long count = 0;
    for (GraphVertex vertex : configuration.getVertices().values()) {
      count += vertex.numParams(false);
      if (vertex instanceof LayerVertex layer
          && layer.getLayerConf().getLayer() instanceof BatchNormalization norm) {
        count -= 2 * norm.getNOut();
      }
    }
    return count;
  }
}
