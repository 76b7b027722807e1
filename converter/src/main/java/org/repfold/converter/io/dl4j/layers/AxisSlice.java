package org.repfold.converter.io.dl4j.layers;

import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Movement;

/**
 * The elements from {@code start} (inclusive) to {@code end} (exclusive) along an axis. DL4J's
 * {@code SubsetVertex} knows axis 1 alone; gMLP's spatial gating unit splits the last (arXiv
 * 2105.08050, section 2.1).
 */
public final class AxisSlice extends SingleInput {
  private static final long serialVersionUID = 1L;

  private final int axis;
  private final long start;
  private final long end;

  /**
   * A slice.
   *
   * @param axis counted with the batch, which is axis 0
   */
  public AxisSlice(
      @JsonProperty("axis") int axis,
      @JsonProperty("start") long start,
      @JsonProperty("end") long end) {
    if (axis < 1 || start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "AxisSlice: expected an axis above 0 and 0 <= start < end, found axis %d from %d to %d"
              .formatted(axis, start, end));
    }
    this.axis = axis;
    this.start = start;
    this.end = end;
  }

  public int getAxis() {
    return axis;
  }

  public long getStart() {
    return start;
  }

  public long getEnd() {
    return end;
  }

  @Override
  InputType outputType(InputType input) throws InvalidInputTypeException {
    long[] shape = input.getShape(true);
    if (axis >= shape.length || shape[axis] < end) {
      throw new InvalidInputTypeException(this + " does not fit " + input);
    }
    return InputTypes.with(input, axis, end - start);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    return new AxisSliceVertex(graph, name, index, this, networkDatatype);
  }

  @Override
  public String describe(VertexBuilder vertex) {
    return vertex.add("slice", new Movement.Slice(axis, start, end), vertex.input());
  }

  @Override
  public GraphVertex clone() {
    return new AxisSlice(axis, start, end);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AxisSlice that
        && axis == that.axis
        && start == that.start
        && end == that.end;
  }

  @Override
  public int hashCode() {
    return Objects.hash(axis, start, end);
  }

  @Override
  public String toString() {
    return "AxisSlice(axis %d, %d to %d)".formatted(axis, start, end);
  }
}
