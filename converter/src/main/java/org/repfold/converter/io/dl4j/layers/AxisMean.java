package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;

/**
 * The mean along one axis, which is gone then: of tokens {@code [N, T, C]} along 1, {@code [N, C]}.
 */
public final class AxisMean extends SingleInput {
  private static final long serialVersionUID = 1L;

  private final int axis;

  /**
   * A mean.
   *
   * @param axis counted with the batch, which is axis 0
   */
  public AxisMean(@JsonProperty("axis") int axis) {
    if (axis < 1) {
      throw new IllegalArgumentException("AxisMean: expected an axis above 0, found " + axis);
    }
    this.axis = axis;
  }

  public int getAxis() {
    return axis;
  }

  @Override
  InputType outputType(InputType input) throws InvalidInputTypeException {
    long[] shape = input.getShape(true);
    if (axis >= shape.length) {
      throw new InvalidInputTypeException(this + " does not fit " + input);
    }
    return InputTypes.of(Shape.of(without(shape, axis)));
  }

  /** The shape without an axis. */
  static long[] without(long[] shape, int axis) {
    long[] rest = new long[shape.length - 1];
    System.arraycopy(shape, 0, rest, 0, axis);
    System.arraycopy(shape, axis + 1, rest, axis, rest.length - axis);
    return rest;
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    return new AxisMeanVertex(graph, name, index, axis, networkDatatype);
  }

  @Override
  public String describe(VertexBuilder vertex) {
    return vertex.add("mean", new Pooling.ReduceMean(List.of(axis), false), vertex.input());
  }

  @Override
  public GraphVertex clone() {
    return new AxisMean(axis);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AxisMean that && axis == that.axis;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(axis);
  }

  @Override
  public String toString() {
    return "AxisMean(axis %d)".formatted(axis);
  }
}
