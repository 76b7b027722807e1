package org.repfold.converter.io.dl4j.layers;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.SelfDescribing;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * A 1 x 1 convolution of stride 1 without padding: {@code [N, nIn, H, W]} to {@code [N, nOut, H,
 * W]}. It computes what DL4J's {@code ConvolutionLayer} computes, as one matrix product for each
 * example, where that copies every patch of the map first. Parameters: {@code W = [nOut, nIn]} in C
 * order, and {@code b = [nOut]} unless {@code hasBias(false)}.
 */
public final class PointwiseConvolution extends FeedForwardLayer
    implements SelfDescribing, OfficialParameters {
  /** Key of the weight. */
  public static final String WEIGHT = "W";

  /** Key of the bias. */
  public static final String BIAS = "b";

  private static final long serialVersionUID = 1L;

  private boolean hasBias;

  /** For deserialisation. */
  public PointwiseConvolution() {}

  private PointwiseConvolution(Builder builder) {
    super(builder);
    hasBias = builder.hasBias;
    if (nIn <= 0 || nOut <= 0) {
      throw new IllegalArgumentException(
          "PointwiseConvolution %s: expected nIn and nOut above 0, found %d and %d"
              .formatted(layerName, nIn, nOut));
    }
    initializeConstraints(builder);
  }

  public boolean isHasBias() {
    return hasBias;
  }

  public void setHasBias(boolean hasBias) {
    this.hasBias = hasBias;
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    PointwiseConvolutionLayer layer = new PointwiseConvolutionLayer(conf, networkDataType);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    Map<String, INDArray> table = initializer().init(conf, layerParamsView, initializeParams);
    layer.setParamTable(table);
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    NamedParameters.Builder parameters =
        new NamedParameters.Builder().add(WEIGHT, NamedParameters.Role.WEIGHT, 0, nOut, nIn);
    if (hasBias) {
      parameters.add(BIAS, NamedParameters.Role.BIAS, biasInit, nOut);
    }
    return parameters.build(
        (conf, parameter, view) ->
            weightInitFn.init(nIn, nOut, parameter.shape(), 'c', view.reshape(view.length())));
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType instanceof InputType.InputTypeConvolutional map && map.getChannels() == nIn) {
      return InputType.convolutional(map.getHeight(), map.getWidth(), nOut);
    }
    throw new IllegalStateException(
        "PointwiseConvolution %s: expected maps of %d channels, found %s"
            .formatted(layerName, nIn, inputType));
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    getOutputType(-1, inputType);
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long parameters = initializer().numParams(this);
    return new LayerMemoryReport.Builder(
            layerName, PointwiseConvolution.class, inputType, getOutputType(-1, inputType))
        .standardMemory(parameters, getIUpdater().stateSize(parameters))
        .workingMemory(0, 0, 0, inputType.arrayElementsPerExample())
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  /** Those of a 1 x 1 convolution. */
  @Override
  public List<OfficialParameter> officialParameters() {
    return OfficialParameter.weightAndBias(Shape.of(nOut, nIn, 1, 1), hasBias);
  }

  @Override
  public String describe(VertexBuilder vertex) {
    Optional<Tensor> bias = hasBias ? Optional.of(vertex.parameter(BIAS)) : Optional.empty();
    Operator.Conv conv =
        new Operator.Conv(
            vertex.parameter(WEIGHT).reshape(Shape.of(nOut, nIn, 1, 1)), bias, Window.unit(), 1);
    return vertex.activate(getActivationFn(), vertex.add("conv", conv, vertex.input()));
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof PointwiseConvolution that
        && hasBias == that.hasBias;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), hasBias);
  }

  @Override
  public String toString() {
    return "PointwiseConvolution(nIn=%d, nOut=%d, hasBias=%b)".formatted(nIn, nOut, hasBias);
  }

  /** Builds the layer; nIn and nOut are required, the activation is the identity. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends FeedForwardLayer.Builder<Builder> {
    private boolean hasBias = true;

    public Builder() {
      activation(new ActivationIdentity());
    }

    /** Whether the layer adds a bias {@code [nOut]}. */
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    @Override
    public PointwiseConvolution build() {
      return new PointwiseConvolution(this);
    }
  }
}
