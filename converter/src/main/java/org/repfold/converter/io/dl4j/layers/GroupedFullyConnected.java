package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
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
public final class GroupedFullyConnected extends Weighted {
  private static final long serialVersionUID = 1L;

  @JsonProperty private long groups;

  private GroupedFullyConnected() {}

  private GroupedFullyConnected(Builder builder) {
    super(builder);
    groups = builder.groups;
    if (groups <= 0 || nIn <= 0 || nOut <= 0 || nIn % groups != 0 || nOut % groups != 0) {
      throw new IllegalArgumentException(
          "%s: groups must divide nIn and nOut; found groups %d, nIn %d, nOut %d"
              .formatted(label(), groups, nIn, nOut));
    }
    initializeConstraints(builder);
  }

  public long getGroups() {
    return groups;
  }

  @Override
  NamedParameters parameters() {
    long in = nIn / groups;
    long out = nOut / groups;
    return NamedParameters.weightAndBias(this, isHasBias(), in, out, groups, out, in);
  }

  @Override
  ParametricLayer<?> computation(NeuralNetConfiguration conf, DataType dataType) {
    return new GroupedFullyConnectedLayer(conf, dataType);
  }

  /** Keeps the map when input and output have its size; else the output is flat. */
  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType.arrayElementsPerExample() != nIn) {
      throw new IllegalStateException(
          "%s: expected %d values per example, found %s".formatted(label(), nIn, inputType));
    }
    if (inputType instanceof InputType.InputTypeConvolutional map
        && map.getChannels() == groups
        && nIn == nOut) {
      return inputType;
    }
    return InputType.feedForward(nOut);
  }

  /** Those of the 1 x 1 convolution in groups that it stands for. */
  @Override
  public List<OfficialParameter> officialParameters() {
    return OfficialParameter.weightAndBias(Shape.of(nOut, nIn / groups, 1, 1), isHasBias());
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
            bias(vertex),
            Window.unit(),
            Math.toIntExact(groups));
    String flat = vertex.add("flat", Movement.Reshape.to(Shape.UNKNOWN, nIn, 1, 1), vertex.input());
    String product = vertex.add("conv", conv, flat);
    String result = vertex.add("reshape", Movement.Reshape.to(output.toArray()), product);
    return vertex.activate(getActivationFn(), result);
  }

  @Override
  List<?> settings() {
    return List.of(nIn, nOut, groups, isHasBias());
  }

  /** Builds the layer; groups, nIn and nOut are required, the activation is the identity. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends Weighted.Builder<Builder> {
    private long groups = 1;

    /** The number of groups; it divides nIn and nOut. */
    public Builder groups(long groups) {
      this.groups = groups;
      return this;
    }

    @Override
    public GroupedFullyConnected build() {
      return new GroupedFullyConnected(this);
    }
  }
}
