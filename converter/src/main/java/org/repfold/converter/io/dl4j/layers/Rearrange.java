package org.repfold.converter.io.dl4j.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.SelfDescribing;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Shape;

/**
 * A vertex that moves values without changing them: a list of steps, each a reshape in C order or a
 * transpose. A reshape has at most one {@code -1}, the size that follows from the rest; the batch
 * may change, as when a map is split into partitions. The output is always in C order.
 */
public final class Rearrange extends GraphVertex implements SelfDescribing {
  private static final long serialVersionUID = 1L;

  /** The two kinds of step. */
  public enum Kind {
    RESHAPE,
    TRANSPOSE
  }

  /**
   * One step. For a reshape the values are the new sizes; for a transpose axis {@code i} of the
   * result is axis {@code values[i]} of the operand.
   */
  public static final class Step implements java.io.Serializable {
    private static final long serialVersionUID = 1L;
    private final Kind kind;
    private final long[] values;

    public Step(@JsonProperty("kind") Kind kind, @JsonProperty("values") long[] values) {
      this.kind = Objects.requireNonNull(kind);
      this.values = values.clone();
      if (kind == Kind.TRANSPOSE) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
          if (sorted[i] != i) {
            throw new IllegalArgumentException(
                "transpose: expected a permutation, found " + Arrays.toString(values));
          }
        }
      } else if (Arrays.stream(values).filter(v -> v == -1).count() > 1
          || Arrays.stream(values).anyMatch(v -> v == 0 || v < -1)) {
        throw new IllegalArgumentException(
            "reshape: expected positive sizes and at most one -1, found "
                + Arrays.toString(values));
      }
    }

    public Kind getKind() {
      return kind;
    }

    public long[] getValues() {
      return values.clone();
    }

    /** The shape after this step; sizes of -1 in {@code shape} are not yet known. */
    long[] apply(long[] shape) {
      if (kind == Kind.TRANSPOSE) {
        if (shape.length != values.length) {
          throw new IllegalArgumentException(
              "%s does not fit shape %s".formatted(this, Arrays.toString(shape)));
        }
        return Arrays.stream(values).map(axis -> shape[(int) axis]).toArray();
      }
      if (Arrays.stream(shape).anyMatch(v -> v < 0)) {
        return values.clone();
      }
      long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      long known = Arrays.stream(values).filter(v -> v > 0).reduce(1, (a, b) -> a * b);
      boolean open = Arrays.stream(values).anyMatch(v -> v == -1);
      if (open ? length % known != 0 : length != known) {
        throw new IllegalArgumentException(
            "%s does not fit shape %s".formatted(this, Arrays.toString(shape)));
      }
      return Arrays.stream(values).map(v -> v == -1 ? length / known : v).toArray();
    }

    int[] permutation() {
      return Arrays.stream(values).mapToInt(v -> (int) v).toArray();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Step that && kind == that.kind && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
      return 31 * kind.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return kind.name().toLowerCase(java.util.Locale.ROOT) + Arrays.toString(values);
    }
  }

  private final ArrayList<Step> steps;

  public Rearrange(@JsonProperty("steps") List<Step> steps) {
    this.steps = new ArrayList<>(steps);
  }

  /** A vertex of the given steps. */
  public static Rearrange of(Step... steps) {
    return new Rearrange(List.of(steps));
  }

  /** A reshape in C order; one size may be -1. */
  public static Step reshape(long... sizes) {
    return new Step(Kind.RESHAPE, sizes);
  }

  /** A transpose: axis {@code i} of the result is axis {@code permutation[i]} of the operand. */
  public static Step transpose(long... permutation) {
    return new Step(Kind.TRANSPOSE, permutation);
  }

  public List<Step> getSteps() {
    return List.copyOf(steps);
  }

  @Override
  public GraphVertex clone() {
    return new Rearrange(steps);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Rearrange that && steps.equals(that.steps);
  }

  @Override
  public int hashCode() {
    return steps.hashCode();
  }

  @Override
  public long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public int minVertexInputs() {
    return 1;
  }

  @Override
  public int maxVertexInputs() {
    return 1;
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    return new RearrangeVertex(graph, name, index, steps, networkDatatype);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... inputs)
      throws InvalidInputTypeException {
    if (inputs.length != 1) {
      throw new InvalidInputTypeException("Rearrange: expected 1 input, found " + inputs.length);
    }
    long[] shape = inputs[0].getShape(true);
    try {
      for (Step step : steps) {
        shape = step.apply(shape);
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidInputTypeException("Rearrange: " + e.getMessage());
    }
    return InputTypes.of(Shape.of(shape));
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    return new LayerMemoryReport.Builder(
            null, Rearrange.class, inputTypes[0], getOutputTypeUnchecked(inputTypes))
        .standardMemory(0, 0)
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(0, 0)
        .build();
  }

  private InputType getOutputTypeUnchecked(InputType... inputTypes) {
    try {
      return getOutputType(-1, inputTypes);
    } catch (InvalidInputTypeException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String describe(VertexBuilder vertex) {
    String value = vertex.input();
    for (Step step : steps) {
      value =
          step.getKind() == Kind.RESHAPE
              ? vertex.add("reshape", Movement.Reshape.to(step.getValues()), value)
              : vertex.add("transpose", new Movement.Transpose(axes(step)), value);
    }
    return value;
  }

  private static List<Integer> axes(Step step) {
    return Arrays.stream(step.permutation()).boxed().toList();
  }

  @Override
  public String toString() {
    return "Rearrange" + steps;
  }
}
