package org.repfold.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.Layouts;
import org.repfold.converter.io.dl4j.layers.OfficialParameters;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A layer's parameter as PyTorch has it.
 *
 * @param module name of the vertex, which is that of the PyTorch module
 * @param leaf PyTorch's name of the parameter within the module; empty where the module's name is
 *     the parameter's
 * @param key of the same parameter in DL4J's table
 * @param shape in PyTorch
 * @param view gives PyTorch's view of DL4J's array
 * @param toDl4j gives DL4J's tensor of PyTorch's; where both have the same elements in the same
 *     order, PyTorch's itself
 */
record OfficialLayout(
    String module,
    String leaf,
    String key,
    Shape shape,
    UnaryOperator<INDArray> view,
    UnaryOperator<Tensor> toDl4j) {

  String name() {
    return leaf.isEmpty() ? module : module + "." + leaf;
  }

  /**
   * All parameters and running statistics of a configuration, in its order of vertices.
   *
   * @throws BadInputException naming a vertex whose parameters have no known PyTorch layout
   */
  static List<OfficialLayout> of(ComputationGraphConfiguration configuration) {
    List<OfficialLayout> parameters = new ArrayList<>();
    configuration
        .getVertices()
        .forEach(
            (name, vertex) -> {
              if (vertex instanceof LayerVertex layer && vertex.numParams(false) > 0) {
                parameters.addAll(of(name, layer.getLayerConf().getLayer()));
              }
            });
    return parameters;
  }

  private static List<OfficialLayout> of(String module, Layer layer) {
    if (layer instanceof OfficialParameters own) {
      return own.officialParameters().stream()
          .map(p -> reshaped(module, p.leaf(), p.key(), p.shape()))
          .toList();
    } else if (layer instanceof BatchNormalization norm && !norm.isUseLogStd()) {
      Shape channels = Shape.of(norm.getNOut());
      return List.of(
          reshaped(module, "weight", BatchNormalizationParamInitializer.GAMMA, channels),
          reshaped(module, "bias", BatchNormalizationParamInitializer.BETA, channels),
          reshaped(
              module, "running_mean", BatchNormalizationParamInitializer.GLOBAL_MEAN, channels),
          reshaped(module, "running_var", BatchNormalizationParamInitializer.GLOBAL_VAR, channels));
    }
    List<OfficialLayout> parameters = new ArrayList<>();
    parameters.add(weight(module, layer));
    if (layer.initializer().biasKeys(layer).contains(DefaultParamInitializer.BIAS_KEY)) {
      parameters.add(
          reshaped(
              module,
              "bias",
              DefaultParamInitializer.BIAS_KEY,
              Shape.of(((FeedForwardLayer) layer).getNOut())));
    }
    return parameters;
  }

  private static OfficialLayout weight(String module, Layer layer) {
    String key = DefaultParamInitializer.WEIGHT_KEY;
    if (layer instanceof DepthwiseConvolution2D depthwise && depthwise.getDepthMultiplier() == 1) {
      int[] kernel = depthwise.getKernelSize();
      return new OfficialLayout(
          module,
          "weight",
          key,
          Shape.of(depthwise.getNIn(), 1, kernel[0], kernel[1]),
          array -> array.permute(2, 3, 0, 1),
          Layouts::depthwiseToDl4j);
    } else if (layer.getClass() == ConvolutionLayer.class) {
      ConvolutionLayer convolution = (ConvolutionLayer) layer;
      int[] kernel = convolution.getKernelSize();
      return new OfficialLayout(
          module,
          "weight",
          key,
          Shape.of(convolution.getNOut(), convolution.getNIn(), kernel[0], kernel[1]),
          UnaryOperator.identity(),
          UnaryOperator.identity());
    } else if (layer instanceof DenseLayer || layer instanceof BaseOutputLayer) {
      FeedForwardLayer dense = (FeedForwardLayer) layer;
      return new OfficialLayout(
          module,
          "weight",
          key,
          Shape.of(dense.getNOut(), dense.getNIn()),
          INDArray::transpose,
          Layouts::transposed);
    }
    throw new BadInputException(
        "vertex %s: no PyTorch layout is known for a %s"
            .formatted(module, layer.getClass().getSimpleName()));
  }

  private static OfficialLayout reshaped(String module, String leaf, String key, Shape shape) {
    return new OfficialLayout(
        module,
        leaf,
        key,
        shape,
        array -> array.reshape('c', shape.toArray()),
        UnaryOperator.identity());
  }
}
