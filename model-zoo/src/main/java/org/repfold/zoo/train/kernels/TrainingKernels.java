package org.repfold.zoo.train.kernels;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.io.dl4j.layers.ChannelScale;
import org.repfold.converter.io.dl4j.layers.CycleFullyConnected;
import org.repfold.converter.io.dl4j.layers.GroupedConvolution;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;
import org.repfold.converter.io.dl4j.layers.LayerNorm;
import org.repfold.converter.io.dl4j.layers.Linear;
import org.repfold.converter.io.dl4j.layers.Rearrange;

/**
 * Puts faster implementations in place of a float32 graph's layers until closed. DL4J's own
 * BatchNorm and depthwise convolution would take most of the training time; with these, a step is
 * many times faster. The configuration, and so any file written, stays as it is.
 */
public final class TrainingKernels implements AutoCloseable {
  private final List<Runnable> restorations = new ArrayList<>();

  private NativeThreads nativeThreads;

  private TrainingKernels() {}

  /** Replaces every layer that has a faster implementation; of a float64 graph, none. */
  public static TrainingKernels install(ComputationGraph graph) {
    TrainingKernels kernels = new TrainingKernels();
    if (graph.getConfiguration().getDataType() == DataType.FLOAT) {
      graph.initGradientsView();
      kernels.nativeThreads = NativeThreads.single();
      for (GraphVertex vertex : graph.getVertices()) {
        if (vertex instanceof LayerVertex layerVertex) {
          kernels.replaceLayer(graph, layerVertex);
        } else if (!vertex.isInputVertex()) {
          kernels.replaceVertex(graph, vertex);
        }
      }
    }
    return kernels;
  }

  /** How many layers and vertices are replaced. */
  public int count() {
    return restorations.size();
  }

  /** Puts the stock implementations back; the parameters are the trained ones. */
  @Override
  public void close() {
    restorations.forEach(Runnable::run);
    restorations.clear();
    if (nativeThreads != null) {
      nativeThreads.close();
    }
  }

  private void replaceLayer(ComputationGraph graph, LayerVertex vertex) {
    Layer stock = vertex.getLayer();
    Layer fast = fasterLayer(stock.conf());
    if (fast == null) {
      return;
    }
    fast.setIndex(stock.getIndex());
    fast.setListeners(stock.getListeners());
    if (stock.numParams() > 0) {
      fast.setParamsViewArray(stock.params());
      fast.setParamTable(stock.paramTable());
      fast.setBackpropGradientsViewArray(stock.getGradientsViewArray());
    }
    setLayer(graph, vertex, fast);
    restorations.add(() -> setLayer(graph, vertex, stock));
  }

  private static void setLayer(ComputationGraph graph, LayerVertex vertex, Layer layer) {
    Layer[] layers = graph.getLayers();
    for (int i = 0; i < layers.length; i++) {
      if (layers[i] == vertex.getLayer()) {
        layers[i] = layer;
      }
    }
    vertex.setLayer(layer);
  }

  private static Layer fasterLayer(NeuralNetConfiguration conf) {
    org.deeplearning4j.nn.conf.layers.Layer layer = conf.getLayer();
    if (layer instanceof BatchNormalization norm && FastBatchNormalization.supports(norm)) {
      return new FastBatchNormalization(conf);
    }
    if (layer instanceof DepthwiseConvolution2D convolution) {
      return FastDepthwiseConvolution.supports(convolution)
          ? new FastDepthwiseConvolution(conf)
          : null;
    }
    if (layer instanceof GroupedConvolution convolution) {
      return FastGroupedConvolution.supports(convolution) ? new FastGroupedConvolution(conf) : null;
    }
    if (layer instanceof ConvolutionLayer convolution && FastConvolution.supports(convolution)) {
      return new FastConvolution(conf);
    }
    if (layer instanceof GroupedFullyConnected connected
        && FastGroupedFullyConnected.supports(connected)) {
      return new FastGroupedFullyConnected(conf);
    }
    if (layer instanceof Linear linear && FastLinear.supports(linear)) {
      return new FastTokenLinear(conf);
    }
    if (layer instanceof CycleFullyConnected cycle && FastCycleFullyConnected.supports(cycle)) {
      return new FastCycleFullyConnected(conf);
    }
    if (layer instanceof LayerNorm norm && FastLayerNorm.supports(norm)) {
      return new FastLayerNorm(conf);
    }
    if (layer instanceof LayerNorm norm && FastTokenNorm.supports(norm)) {
      return new FastTokenNorm(conf);
    }
    if (layer instanceof ActivationLayer activation
        && FastActivation.supports(activation.getActivationFn())) {
      return new FastActivation(conf);
    }
    if (layer instanceof GlobalPoolingLayer pool && FastGlobalAveragePool.supports(pool)) {
      return new FastGlobalAveragePool(conf);
    }
    return null;
  }

  private void replaceVertex(ComputationGraph graph, GraphVertex stock) {
    GraphVertex fast = fasterVertex(graph, stock);
    if (fast != null) {
      GraphVertex[] vertices = graph.getVertices();
      vertices[stock.getVertexIndex()] = fast;
      restorations.add(() -> vertices[stock.getVertexIndex()] = stock);
    }
  }

  private static GraphVertex fasterVertex(ComputationGraph graph, GraphVertex stock) {
    var conf = graph.getConfiguration().getVertices().get(stock.getVertexName());
    if (conf instanceof ElementWiseVertex elementWise
        && elementWise.getOp() == ElementWiseVertex.Op.Add) {
      return new FastAdd(graph, stock);
    }
    if (conf instanceof ChannelScale) {
      return new FastChannelScale(graph, stock);
    }
    if (conf instanceof Rearrange rearrange) {
      return FastSharing.of(graph, stock, rearrange.getSteps());
    }
    return null;
  }
}
