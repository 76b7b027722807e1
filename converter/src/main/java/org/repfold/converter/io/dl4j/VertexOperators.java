package org.repfold.converter.io.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/** The operators that DL4J's own vertices stand for. */
final class VertexOperators {
  private VertexOperators() {}

  /**
   * Adds the vertex's operators.
   *
   * @return the value that the vertex computes; empty where no operators compute the same, which
   *     some may have been added for nonetheless
   */
  static Optional<Value> describe(VertexBuilder vertex, GraphVertex configuration) {
    if (configuration instanceof SelfDescribing own) {
      long steps = vertex.operands().get(0).steps();
      return Optional.of(new Value(own.describe(vertex), Layout.AS_IS, steps));
    } else if (!configuration.getClass().getPackageName().startsWith("org.deeplearning4j.")) {
      return Optional.empty();
    } else if (configuration instanceof LayerVertex layer) {
      return Preprocessors.describe(vertex, vertex.operand(), layer.getPreProcessor())
          .flatMap(
              input ->
                  LayerOperators.describe(vertex.taking(input), layer.getLayerConf().getLayer()));
    } else if (configuration instanceof FrozenVertex frozen) {
      return describe(vertex, frozen.getUnderlying());
    } else if (configuration instanceof PreprocessorVertex preprocessor) {
      return Preprocessors.describe(vertex, vertex.operand(), preprocessor.getPreProcessor());
    } else if (configuration instanceof ElementWiseVertex elementWise) {
      return elementWise(vertex, elementWise.getOp());
    } else if (configuration instanceof MergeVertex merge) {
      return merged(vertex, merge.getMergeAxis());
    } else if (configuration instanceof ScaleVertex scale) {
      return Optional.of(withConstant(vertex, "scale", new Operator.Mul(), scale.getScaleFactor()));
    } else if (configuration instanceof ShiftVertex shift) {
      return Optional.of(withConstant(vertex, "shift", new Operator.Add(), shift.getShiftFactor()));
    } else if (configuration instanceof ReshapeVertex reshape) {
      return reshaped(vertex, reshape);
    } else if (configuration instanceof SubsetVertex subset) {
      Value operand = vertex.operand();
      int axis = operand.layout().axis(1);
      Movement slice = new Movement.Slice(axis, subset.getFrom(), subset.getTo() + 1L);
      return Optional.of(operand.named(vertex.add("slice", slice, operand.name())));
    } else if (configuration instanceof LastTimeStepVertex) {
      return lastStep(vertex);
    }
    return Optional.empty();
  }

  /** A chain of binary operators, in DL4J's order of evaluation. */
  private static Optional<Value> elementWise(VertexBuilder vertex, ElementWiseVertex.Op op) {
    List<Value> operands = alike(vertex);
    Operator operator =
        switch (op) {
          case Add, Average -> new Operator.Add();
          case Product -> new Operator.Mul();
          case Subtract -> new Operator.Sub();
          case Max -> new Operator.Max();
        };
    boolean sameShapes =
        operands.stream().map(value -> vertex.shape(value.name())).distinct().count() == 1;
    if (op == ElementWiseVertex.Op.Max && !sameShapes) {
      return Optional.empty();
    }
    Value result = operands.get(0);
    String suffix = operator.type().toLowerCase(Locale.ROOT);
    for (Value next : operands.subList(1, operands.size())) {
      result = result.named(vertex.add(suffix, operator, result.name(), next.name()));
    }
    if (op != ElementWiseVertex.Op.Average || operands.size() == 1) {
      return Optional.of(result);
    }
    int rank = vertex.shape(result.name()).rank();
    String share = vertex.constant("share", 1.0 / operands.size(), rank);
    return Optional.of(result.named(vertex.add("mean", new Operator.Mul(), result.name(), share)));
  }

  /**
   * The operands in one layout: that of the first which is a map in DL4J's own layout, where all
   * have as many axes; else that of DL4J.
   */
  private static List<Value> alike(VertexBuilder vertex) {
    List<Value> operands = vertex.operands();
    Layout common =
        operands.stream()
            .map(Value::layout)
            .filter(layout -> layout != Layout.AS_IS)
            .findFirst()
            .orElse(Layout.AS_IS);
    boolean sameRank =
        operands.stream()
                .map(value -> value.layout().rank(vertex.shape(value.name())))
                .distinct()
                .count()
            == 1;
    Layout layout = sameRank ? common : Layout.AS_IS;
    return operands.stream().map(value -> value.named(vertex.map(value, layout), layout)).toList();
  }

  private static Optional<Value> merged(VertexBuilder vertex, int axis) {
    List<Value> operands = alike(vertex);
    Value first = operands.get(0);
    if (operands.size() == 1) {
      return Optional.of(first);
    }
    Movement concat = new Movement.Concat(first.layout().axis(axis), operands.size());
    String[] names = operands.stream().map(Value::name).toArray(String[]::new);
    return Optional.of(first.named(vertex.add("concat", concat, names)));
  }

  private static Value withConstant(
      VertexBuilder vertex, String suffix, Operator operator, double constant) {
    Value operand = vertex.operand();
    String added = vertex.constant("constant", constant, vertex.shape(operand.name()).rank());
    return operand.named(vertex.add(suffix, operator, operand.name(), added));
  }

  private static Optional<Value> reshaped(VertexBuilder vertex, ReshapeVertex reshape) {
    if (reshape.getReshapeOrder() != 'c') {
      return Optional.empty();
    }
    long[] shape = Arrays.stream(reshape.getNewShape()).asLongStream().toArray();
    String result = vertex.add("reshape", Movement.Reshape.to(shape), vertex.input());
    return Optional.of(vertex.operand().named(result, Layout.AS_IS));
  }

  /** Without a mask, as in inference here, the last of all steps of {@code [N, C, T]}. */
  private static Optional<Value> lastStep(VertexBuilder vertex) {
    String series = vertex.map(vertex.operand(), Layout.NCW);
    Shape shape = vertex.shape(series);
    long steps = shape.dimension(3);
    String last = vertex.add("slice", new Movement.Slice(3, steps - 1, steps), series);
    return Optional.of(new Value(vertex.add("flatten", new Movement.Flatten(), last)));
  }
}
