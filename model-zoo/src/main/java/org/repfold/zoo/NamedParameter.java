package org.repfold.zoo;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;
import org.repfold.graph.BadInputException;

/**
 * A parameter of a graph under its checkpoint name.
 *
 * @param module name of the vertex, which is that of the PyTorch module
 * @param leaf PyTorch's name of the parameter within the module
 * @param view the parameter in PyTorch's layout; writing to it changes the graph
 */
record NamedParameter(String module, String leaf, INDArray view) {

  String name() {
    return module + "." + leaf;
  }

  /**
   * All parameters and running statistics of a graph, in topological order.
   *
   * @throws BadInputException naming a vertex whose parameters have no known PyTorch layout
   */
  static List<NamedParameter> of(ComputationGraph graph) {
    List<NamedParameter> parameters = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.hasLayer() && vertex.getLayer().numParams() > 0) {
        addLayer(parameters, vertex.getVertexName(), vertex.getLayer());
      }
    }
    return parameters;
  }

  private static void addLayer(List<NamedParameter> parameters, String module, Layer layer) {
    org.deeplearning4j.nn.conf.layers.Layer conf = layer.conf().getLayer();
    if (conf instanceof BatchNormalization norm && !norm.isUseLogStd()) {
      String[][] leaves = {
        {"weight", BatchNormalizationParamInitializer.GAMMA},
        {"bias", BatchNormalizationParamInitializer.BETA},
        {"running_mean", BatchNormalizationParamInitializer.GLOBAL_MEAN},
        {"running_var", BatchNormalizationParamInitializer.GLOBAL_VAR}
      };
      for (String[] leaf : leaves) {
        parameters.add(new NamedParameter(module, leaf[0], vector(layer.getParam(leaf[1]))));
      }
      return;
    }
    INDArray weight = layer.getParam(DefaultParamInitializer.WEIGHT_KEY);
    parameters.add(new NamedParameter(module, "weight", weightView(module, conf, weight)));
    INDArray bias = layer.getParam(DefaultParamInitializer.BIAS_KEY);
    if (bias != null) {
      parameters.add(new NamedParameter(module, "bias", vector(bias)));
    }
  }

  private static INDArray weightView(
      String module, org.deeplearning4j.nn.conf.layers.Layer conf, INDArray weight) {
    if (conf instanceof DepthwiseConvolution2D depthwise && depthwise.getDepthMultiplier() == 1) {
      return weight.permute(2, 3, 0, 1);
    }
    if (conf.getClass() == ConvolutionLayer.class) {
      return weight;
    }
    if (conf instanceof GroupedFullyConnected) {
      return weight.reshape('c', weight.size(0) * weight.size(1), weight.size(2), 1, 1);
    }
    if (conf instanceof DenseLayer || conf instanceof BaseOutputLayer) {
      return weight.transpose();
    }
    throw new BadInputException(
        "vertex %s: no PyTorch layout is known for a %s"
            .formatted(module, conf.getClass().getSimpleName()));
  }

  private static INDArray vector(INDArray parameter) {
    return parameter.reshape(parameter.length());
  }
}
