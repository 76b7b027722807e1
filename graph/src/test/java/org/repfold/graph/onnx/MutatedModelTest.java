package org.repfold.graph.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
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

  /** Any other exception, an error for want of memory included, fails the property. */
  @Property(tries = 1200, seed = "20260102")
  void damagedModelIsReadOrRefused(
      @ForAll Random random,
      @ForAll boolean operators,
      @ForAll @IntRange(min = 1, max = 4) int bytes) {
    byte[] whole = operators ? OPERATORS : MODEL;
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
