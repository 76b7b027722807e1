package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
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
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * A fully connected layer in {@code G} groups: group {@code g} has its own matrix {@code W[g]} of
 * shape {@code [out, in]} and sees only its own part of the input. It computes what a grouped 1 x 1
 * convolution computes, as one batched matrix product.
 *
 * <p>Input {@code [M, G * in]} gives {@code [M, G * out]}; input {@code [M, G, h, w]} with {@code h
 * * w = in = out} gives {@code [M, G, h, w]}. Parameters: {@code W = [G, out, in]} in C order,
 * which is the memory order of a convolution weight {@code [G * out, in, 1, 1]}, and {@code b = [G
 * * out]} unless {@code hasBias(false)}. {@code nIn} and {@code nOut} count all groups together.
 *
 * <p>Source of the operator: FC3 of RepMLP (arXiv 2105.01883, section 3.2).
 */
public class GroupedFullyConnected extends FeedForwardLayer
    implements SelfDescribing, OfficialParameters {
  /** Key of the weight. */
  public static final String WEIGHT = "W";

  /** Key of the bias. */
  public static final String BIAS = "b";

  private static final long serialVersionUID = 1L;

  private long groups;
  private boolean hasBias;

  /** For deserialisation. */
  public GroupedFullyConnected() {}

  private GroupedFullyConnected(Builder builder) {
    super(builder);
    groups = builder.groups;
    hasBias = builder.hasBias;
    if (groups <= 0 || nIn <= 0 || nOut <= 0 || nIn % groups != 0 || nOut % groups != 0) {
      throw new IllegalArgumentException(
          "GroupedFullyConnected %s: groups must divide nIn and nOut; found groups %d, nIn %d, nOut %d"
              .formatted(layerName, groups, nIn, nOut));
    }
    initializeConstraints(builder);
  }

  public long getGroups() {
    return groups;
  }

  public void setGroups(long groups) {
    this.groups = groups;
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
    GroupedFullyConnectedLayer layer = new GroupedFullyConnectedLayer(conf, networkDataType);
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
    long in = nIn / groups;
    long out = nOut / groups;
    NamedParameters.Builder parameters =
        new NamedParameters.Builder().add(WEIGHT, NamedParameters.Role.WEIGHT, 0, groups, out, in);
    if (hasBias) {
      parameters.add(BIAS, NamedParameters.Role.BIAS, biasInit, nOut);
    }
    return parameters.build(
        (conf, parameter, view) ->
            weightInitFn.init(in, out, parameter.shape(), 'c', view.reshape(view.length())));
  }

  /** Keeps the map when input and output have its size; else the output is flat. */
  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType.arrayElementsPerExample() != nIn) {
      throw new IllegalStateException(
          "GroupedFullyConnected %s: expected %d values per example, found %s"
              .formatted(layerName, nIn, inputType));
    }
    if (inputType instanceof InputType.InputTypeConvolutional map
        && map.getChannels() == groups
        && nIn == nOut) {
      return inputType;
    }
    return InputType.feedForward(nOut);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    if (inputType.arrayElementsPerExample() != nIn) {
      throw new IllegalStateException(
          "GroupedFullyConnected %s: expected %d values per example, found %s"
              .formatted(layerName, nIn, inputType));
    }
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long parameters = initializer().numParams(this);
    return new LayerMemoryReport.Builder(
            layerName, GroupedFullyConnected.class, inputType, getOutputType(-1, inputType))
        .standardMemory(parameters, getIUpdater().stateSize(parameters))
        .workingMemory(0, nOut, 0, nIn + nOut)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof GroupedFullyConnected that
        && groups == that.groups
        && hasBias == that.hasBias;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), groups, hasBias);
  }

  /** Those of the 1 x 1 convolution in groups that it stands for. */
  @Override
  public List<OfficialParameter> officialParameters() {
    return OfficialParameter.weightAndBias(Shape.of(nOut, nIn / groups, 1, 1), hasBias);
  }

  /** A 1 x 1 convolution in groups on {@code [M, nIn, 1, 1]}. */
  @Override
  public String describe(VertexBuilder vertex) {
    Shape input = vertex.shape(vertex.input());
    boolean keepsMap = input.rank() == 4 && input.dimension(1) == groups && nIn == nOut;
    Shape output = keepsMap ? input.with(0, Shape.UNKNOWN) : Shape.of(Shape.UNKNOWN, nOut);
    Operator.Conv conv =
        new Operator.Conv(
            vertex.parameter(WEIGHT).reshape(Shape.of(nOut, nIn / groups, 1, 1)),
            hasBias
                ? Optional.of(vertex.parameter(BIAS).reshape(Shape.of(nOut)))
                : Optional.<Tensor>empty(),
            Window.unit(),
            Math.toIntExact(groups));
    String flat = vertex.add("flat", Movement.Reshape.to(Shape.UNKNOWN, nIn, 1, 1), vertex.input());
    String product = vertex.add("conv", conv, flat);
    String result = vertex.add("reshape", Movement.Reshape.to(output.toArray()), product);
    return vertex.activate(getActivationFn(), result);
  }

  @Override
  public String toString() {
    return "GroupedFullyConnected(groups=%d, nIn=%d, nOut=%d, hasBias=%b, input %s)"
        .formatted(groups, nIn, nOut, hasBias, Arrays.toString(new long[] {groups, nIn / groups}));
  }

  /** Builds the layer; groups, nIn and nOut are required, the activation is the identity. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends FeedForwardLayer.Builder<Builder> {
    private long groups = 1;
    private boolean hasBias = true;

    public Builder() {
      activation(new ActivationIdentity());
    }

    /** The number of groups; it divides nIn and nOut. */
    public Builder groups(long groups) {
      this.groups = groups;
      return this;
    }

    /** Whether the layer adds a bias {@code [nOut]}. */
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    @Override
    public GroupedFullyConnected build() {
      return new GroupedFullyConnected(this);
    }
  }
}
