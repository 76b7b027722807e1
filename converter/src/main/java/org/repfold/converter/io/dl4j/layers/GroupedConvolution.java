package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ConvolutionUtils;
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
 * DL4J's two-dimensional convolution in {@code G} groups: group {@code g} of the output channels
 * sees only group {@code g} of the input channels (AlexNet, 2012; ResNeXt, arXiv 1611.05431). Maps
 * are NCHW, padded alike on both sides. Parameters: {@code W = [nOut, nIn / G, kh, kw]} in C order,
 * and {@code b = [nOut]} unless {@code hasBias(false)}.
 */
public final class GroupedConvolution extends ConvolutionLayer
    implements SelfDescribing, OfficialParameters {
  /** Key of the weight. */
  public static final String WEIGHT = "W";

  /** Key of the bias. */
  public static final String BIAS = "b";

  private static final long serialVersionUID = 1L;

  private int groups;

  /** For deserialisation. */
  public GroupedConvolution() {}

  private GroupedConvolution(Builder builder) {
    super(builder);
    groups = builder.groups;
    if (groups < 1 || nIn < 1 || nOut < 1 || nIn % groups != 0 || nOut % groups != 0) {
      throw new IllegalArgumentException(
          "GroupedConvolution %s: groups must divide nIn and nOut; found groups %d, nIn %d, nOut %d"
              .formatted(layerName, groups, nIn, nOut));
    }
  }

  public int getGroups() {
    return groups;
  }

  public void setGroups(int groups) {
    this.groups = groups;
  }

  @Override
  public GroupedConvolution clone() {
    return (GroupedConvolution) super.clone();
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    return new GroupedConvolutionLayer(conf, networkDataType)
        .with(trainingListeners, layerIndex, layerParamsView, initializeParams);
  }

  @Override
  public ParamInitializer initializer() {
    double area = kernelSize[0] * (double) kernelSize[1];
    return NamedParameters.weightAndBias(
        this,
        hasBias,
        nIn / groups * area,
        nOut / groups * area,
        nOut,
        nIn / groups,
        kernelSize[0],
        kernelSize[1]);
  }

  /** Those of PyTorch's {@code Conv2d}. */
  @Override
  public List<OfficialParameter> officialParameters() {
    return OfficialParameter.weightAndBias(
        Shape.of(nOut, nIn / groups, kernelSize[0], kernelSize[1]), hasBias);
  }

  @Override
  public String describe(VertexBuilder vertex) {
    Optional<Tensor> bias = hasBias ? Optional.of(vertex.parameter(BIAS)) : Optional.empty();
    Window window =
        new Window(
            stride[0],
            stride[1],
            dilation[0],
            dilation[1],
            padding[0],
            padding[1],
            padding[0],
            padding[1]);
    Operator.Conv conv = new Operator.Conv(vertex.parameter(WEIGHT), bias, window, groups);
    return vertex.activate(getActivationFn(), vertex.add("conv", conv, vertex.input()));
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && other instanceof GroupedConvolution that && groups == that.groups;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), groups);
  }

  @Override
  public String toString() {
    return "GroupedConvolution(groups=%d, nIn=%d, nOut=%d, kernel=%s, hasBias=%b)"
        .formatted(groups, nIn, nOut, Arrays.toString(kernelSize), hasBias);
  }

  /** Builds the layer; groups, nIn and nOut are required, the activation is the identity. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends ConvolutionLayer.BaseConvBuilder<Builder> {
    private int groups = 1;

    public Builder() {
      activation(new ActivationIdentity());
      convolutionMode(ConvolutionMode.Truncate);
    }

    /** The number of groups; it divides nIn and nOut. */
    public Builder groups(int groups) {
      this.groups = groups;
      return this;
    }

    @Override
    protected boolean allowCausal() {
      return false;
    }

    @Override
    public GroupedConvolution build() {
      if (getConvolutionMode() != ConvolutionMode.Truncate) {
        throw new IllegalArgumentException(
            "GroupedConvolution: expected mode Truncate, found " + getConvolutionMode());
      }
      ConvolutionUtils.validateCnnKernelStridePadding(getKernelSize(), getStride(), getPadding());
      return new GroupedConvolution(this);
    }
  }
}
