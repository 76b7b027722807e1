package org.repfold.zoo;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.repfold.converter.io.dl4j.layers.DropPath;
import org.repfold.converter.io.dl4j.layers.GroupedConvolution;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;

/**
 * Adds named vertices to a DL4J graph with PyTorch's defaults (BatchNorm eps 1e-5 and momentum
 * 0.1). Every method returns the name of the vertex it added, to be the input of the next.
 */
public final class NetworkBuilder {
  private static final double BATCH_NORM_EPSILON = 1e-5;
  private static final double BATCH_NORM_DECAY = 0.9;

  private final ComputationGraphConfiguration.GraphBuilder graph;
  private final GraphOptions options;
  private final String input;
  private final InputType.InputTypeConvolutional inputType;

  /**
   * A builder of a network on images.
   *
   * @param input name of the input {@code [N, channels, height, width]}
   */
  public NetworkBuilder(GraphOptions options, String input, int channels, int height, int width) {
    this.options = options;
    this.input = input;
    this.inputType =
        (InputType.InputTypeConvolutional) InputType.convolutional(height, width, channels);
    NeuralNetConfiguration.Builder defaults =
        new NeuralNetConfiguration.Builder()
            .seed(options.seed())
            .dataType(options.dataType())
            .updater(options.updater())
            .activation(new ActivationIdentity())
            .weightInit(WeightInit.UNIFORM)
            .convolutionMode(ConvolutionMode.Truncate);
    graph = defaults.graphBuilder().addInputs(input).setInputTypes(inputType);
  }

  /** The configuration, with these vertices as outputs. */
  public ComputationGraphConfiguration build(String... outputs) {
    return graph.setOutputs(outputs).validateOutputLayerConfig(false).build();
  }

  /** A convolution whose kernel tiles the map: stride equal to the kernel, no padding. */
  public String patchConvolution(
      String name, String input, int in, int out, int height, int width) {
    return layer(
        name,
        input,
        new ConvolutionLayer.Builder(new int[] {height, width}, new int[] {height, width})
            .nIn(in)
            .nOut(out)
            .hasBias(false)
            .build());
  }

  /** A square convolution in one group. */
  public String convolution(
      String name,
      String input,
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      boolean bias) {
    return layer(
        name,
        input,
        new ConvolutionLayer.Builder(kernel, kernel)
            .nIn(in)
            .nOut(out)
            .stride(stride, stride)
            .padding(padding, padding)
            .hasBias(bias)
            .build());
  }

  /** A square convolution in groups; in one group DL4J's own. */
  public String groupedConvolution(
      String name,
      String input,
      int in,
      int out,
      int groups,
      int kernel,
      int stride,
      int padding,
      boolean bias) {
    if (groups == 1) {
      return convolution(name, input, in, out, kernel, stride, padding, bias);
    }
    return layer(
        name,
        input,
        new GroupedConvolution.Builder()
            .kernelSize(kernel, kernel)
            .stride(stride, stride)
            .padding(padding, padding)
            .groups(groups)
            .nIn(in)
            .nOut(out)
            .hasBias(bias)
            .build());
  }

  /** A 1 x 1 convolution. */
  public String pointwiseConvolution(String name, String input, int in, int out, boolean bias) {
    return layer(
        name, input, new ConvolutionLayer.Builder(1, 1).nIn(in).nOut(out).hasBias(bias).build());
  }

  /** A depthwise k x k convolution that keeps the map's size, without bias. */
  public String depthwiseConvolution(String name, String input, int channels, int kernel) {
    return layer(
        name,
        input,
        new DepthwiseConvolution2D.Builder(kernel, kernel)
            .nIn(channels)
            .nOut(channels)
            .depthMultiplier(1)
            .stride(1, 1)
            .padding(kernel / 2, kernel / 2)
            .hasBias(false)
            .build());
  }

  /** A BatchNorm over channels, of maps or of vectors. */
  public String batchNorm(String name, String input, int channels) {
    return layer(
        name,
        input,
        new BatchNormalization.Builder()
            .nIn(channels)
            .nOut(channels)
            .eps(BATCH_NORM_EPSILON)
            .decay(BATCH_NORM_DECAY)
            .useLogStd(false)
            .build());
  }

  /** RepMLP's FC3: one matrix for each group of {@code in} inputs and {@code out} outputs. */
  public String groupedFullyConnected(
      String name, String input, int groups, int in, int out, boolean bias) {
    return layer(
        name,
        input,
        new GroupedFullyConnected.Builder().groups(groups).nIn(in).nOut(out).hasBias(bias).build());
  }

  /** A dense layer on vectors, or on maps that it takes as vectors. */
  public String dense(String name, String input, int in, int out) {
    return layer(name, input, new DenseLayer.Builder().nIn(in).nOut(out).build());
  }

  /** A function of each value alone. */
  public String activation(String name, String input, IActivation function) {
    return layer(name, input, new ActivationLayer.Builder().activation(function).build());
  }

  /** The mean over the map: {@code [N, C, 1, 1]}, or {@code [N, C]} if flat. */
  public String globalAveragePool(String name, String input, boolean flat) {
    return layer(
        name,
        input,
        new GlobalPoolingLayer.Builder(PoolingType.AVG).collapseDimensions(flat).build());
  }

  /** The means of the tiles of a map. */
  public String averagePool(String name, String input, int height, int width) {
    return layer(
        name,
        input,
        new SubsamplingLayer.Builder(PoolingType.AVG)
            .kernelSize(height, width)
            .stride(height, width)
            .build());
  }

  /** The maximum over a square window. */
  public String maxPool(String name, String input, int kernel, int stride, int padding) {
    return layer(
        name,
        input,
        new SubsamplingLayer.Builder(PoolingType.MAX)
            .kernelSize(kernel, kernel)
            .stride(stride, stride)
            .padding(padding, padding)
            .build());
  }

  /** Each value of a map repeated in a tile. */
  public String upsampling(String name, String input, int height, int width) {
    return layer(name, input, new Upsampling2D.Builder().size(new int[] {height, width}).build());
  }

  /** A dense layer that gives logits and is trained with cross-entropy, dropout in front of it. */
  public String classifier(String name, String input, int in, int classes) {
    return layer(
        name,
        dropout(name + "_dropout", input),
        new OutputLayer.Builder(
                new LabelSmoothedCrossEntropy(options.regularization().labelSmoothing()))
            .nIn(in)
            .nOut(classes)
            .activation(new ActivationIdentity())
            .build());
  }

  /** Dropout in training, at the options' rate; the input itself where that is 0. */
  public String dropout(String name, String input) {
    double rate = options.regularization().dropout();
    return rate == 0 ? input : layer(name, input, new DropoutLayer.Builder(1 - rate).build());
  }

  /**
   * Stochastic depth of a residual branch in training; the input itself where the options' rate is
   * 0.
   *
   * @param share of the options' rate, from 0 to 1: families let it grow with the depth
   */
  public String dropPath(String name, String branch, double share) {
    double rate = options.regularization().dropPath() * share;
    long seed = 31 * options.seed() + name.hashCode();
    return rate == 0
        ? branch
        : layer(name, branch, new DropoutLayer.Builder(new DropPath(rate, seed)).build());
  }

  /** The sum of values of one shape. */
  public String add(String name, List<String> inputs) {
    return vertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), inputs);
  }

  /** A vertex of any kind. */
  public String vertex(String name, GraphVertex vertex, List<String> inputs) {
    graph.addVertex(name, vertex, inputs.toArray(String[]::new));
    return name;
  }

  /** A layer of any kind. */
  public String layer(String name, String from, Layer layer) {
    if (layer instanceof BaseLayer learned && options.regularization().weightDecay() > 0) {
      // As a default of the network, DL4J would add it to each layer twice.
      learned.setRegularization(List.of(weightDecay()));
    }
    if (from.equals(input)) {
      graph.addLayer(name, layer, statedInput(), from);
    } else {
      graph.addLayer(name, layer, from);
    }
    return name;
  }

  /**
   * Lets maps pass as they are, but keeps their size in the saved configuration, where DL4J has no
   * other place for it.
   */
  private FeedForwardToCnnPreProcessor statedInput() {
    return new FeedForwardToCnnPreProcessor(
        inputType.getHeight(), inputType.getWidth(), inputType.getChannels());
  }

  private org.nd4j.linalg.learning.regularization.Regularization weightDecay() {
    double coefficient = options.regularization().weightDecay();
    return options.updater() instanceof Nesterovs
        ? new L2Regularization(coefficient)
        : new DecoupledWeightDecay(coefficient);
  }
}
