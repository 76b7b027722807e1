package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.ForeignModel.floats;
import static org.repfold.graph.onnx.ForeignModel.longs;
import static org.repfold.graph.onnx.ForeignModel.value;
import static org.repfold.graph.onnx.OnnxAttributes.integer;
import static org.repfold.graph.onnx.OnnxAttributes.integers;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class MutatedModelTest {
  private static final byte[] MODEL = OnnxWriter.toBytes(OnnxWriterTest.network());

  private static final byte[] OPERATORS = OnnxWriter.toBytes(operators());

  private static final byte[] CHAINS = chains();

  /** A model in which much is computed from constants and from the batch. */
  private static byte[] chains() {
    return new ForeignModel()
        .input("x", -1, 4, 6)
        .initializer(longs("zero", 0))
        .initializer(longs("two", 2))
        .initializer(longs("minus", -1))
        .initializer(longs("parts", -1, 2, 3))
        .initializer(longs("map", 1, 4, 6))
        .initializer(longs("place", 0, 1))
        .initializer(ForeignModel.tensor("three", 7).addInt64Data(3))
        .initializer(floats("row", new long[] {6}, 1, 2, 3, 4, 5, 6))
        .node("Reshape", "parted", List.of("x", "parts"))
        .node("Shape", "sizes", List.of("parted"))
        .node("Gather", "rows", List.of("sizes", "zero"))
        .node("Div", "half", List.of("rows", "two"))
        .node("Slice", "tail", List.of("sizes", "minus", "two", "zero", "minus"))
        .node("Concat", "target", List.of("half", "tail", "minus"), integer("axis", 0))
        .node("Reshape", "back", List.of("parted", "target"))
        .node("Reshape", "whole", List.of("back", "restored"))
        .initializer(longs("restored", -1, 4, 6))
        .node("Expand", "repeated", List.of("row", "map"))
        .node("Unsqueeze", "indices", List.of("place", "zero"))
        .node("ScatterND", "scattered", List.of("repeated", "indices", "row1"))
        .initializer(floats("row1", new long[] {1, 6}, 1, 2, 3, 4, 5, 6))
        .node("ConstantOfShape", "ones", List.of("map"), value(floats("", new long[] {1}, 1)))
        .node("Squeeze", "from", List.of("zero"))
        .node("Squeeze", "by", List.of("two"))
        .node("Range", "range", List.of("from", "three", "by"))
        .node("Transpose", "turned", List.of("ones"), integers("perm", 2, 0, 1))
        .node("Gather", "picked", List.of("turned", "range"))
        .node("Sqrt", "root", List.of("scattered"))
        .node("Add", "sum", List.of("whole", "root"))
        .node("Gather", "column", List.of("sum", "three"), integer("axis", 2))
        .node("Einsum", "e", List.of("sum", "picked", "column"))
        .value("e", -1, 4)
        .node("Mul", "y", List.of("e", "e"))
        .output("y")
        .toBytes();
  }

  /** A graph of the operators whose attributes and constants a reader has to understand. */
  private static Graph operators() {
    RandomTensors random = new RandomTensors(5);
    GraphBuilder builder = new GraphBuilder();
    String x = builder.input("x", -1, 2, 7, 5);
    Window window = new Window(1, 2, 1, 1, 1, 1, 1, 1);
    Operator transposed =
        new Operator.ConvTranspose(
            random.normal(2, 3, 3, 3), Optional.of(random.normal(3)), window, 1);
    List<Long> none = List.of(0L, 0L, 0L, 0L);
    x = builder.add("transposed", transposed, x);
    x = builder.add("pad", new Movement.Pad(none, List.of(0L, 0L, 2L, 1L), 0.5), x);
    x = builder.add("max", new Pooling.MaxPool(3, 3, window), x);
    x = builder.add("mean", new Pooling.AveragePool(2, 1, Window.unit(), true), x);
    x = builder.add("resize", new Movement.Resize(2, 3), x);
    x = builder.add("slice", new Movement.Slice(3, 1, 8), x);
    x = builder.add("clip", new Unary.Clip(-1, 6), x);
    x = builder.add("selu", new Unary.Selu(1.5, 1.1), x);
    x = builder.add("concat", new Movement.Concat(1, 2), x, x);
    x =
        builder.add(
            "norm", new Operator.LayerNormalization(random.normal(7), Optional.empty(), 1e-5), x);
    builder.add("y", new Pooling.ReduceMean(List.of(2, 3), false), x);
    return builder.output("y").build();
  }

  @Test
  void theModelsAreReadWhenTheyAreWhole() {
    for (byte[] model : List.of(MODEL, OPERATORS, CHAINS)) {
      OnnxReader.read(model);
    }
  }

  /** Any other exception, an error for want of memory included, fails the property. */
  @Property(tries = 3000, seed = "20260102")
  void damagedModelIsReadOrRefused(
      @ForAll Random random,
      @ForAll @IntRange(max = 3) int kind,
      @ForAll @IntRange(min = 1, max = 4) int bytes) {
    byte[] whole = kind == 0 ? MODEL : kind == 1 ? OPERATORS : CHAINS;
    byte[] model = whole.clone();
    for (int i = 0; i < bytes; i++) {
      model[random.nextInt(model.length)] =
          random.nextBoolean() ? (byte) random.nextInt() : whole[random.nextInt(whole.length)];
    }
    if (random.nextInt(8) == 0) {
      model = Arrays.copyOf(model, random.nextInt(model.length));
    }
    try {
      OnnxReader.read(model);
    } catch (BadInputException expected) {
      if (expected.getMessage().contains("\n")) {
        throw new AssertionError("more than one line: " + expected.getMessage(), expected);
      }
    }
  }
}
