package org.repfold.converter.io.dl4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.repfold.graph.ElementType;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;
import org.repfold.graph.onnx.OnnxWriter;

/**
 * Cycle FC in the forms that ONNX has for it, in ONNX Runtime at the sizes of cyclemlp_b1: they
 * compute the same, in the times that are written to {@code converter/target/cycle-fc.md}. Each is
 * timed as the three branches of a block, summed: along the width, along the height, and neither.
 */
@Tag("slow")
class CycleFullyConnectedFormsTest {
  private static final int[][] CHANNELS_AND_SIZE = {{64, 56}, {128, 28}, {320, 14}, {512, 7}};
  private static final int RUNS = 100;

  /** Sums of up to 1536 products in float32, in another order each. */
  private static final float TOLERANCE = 1e-3f;

  private final Random random = new Random(5);

  /** Adds the branch of some stairs behind a value; gives its value. */
  private interface Form {
    String add(GraphBuilder graph, String name, Staircase stairs, Tensor weight, Shape map);
  }

  @Test
  void allFormsComputeTheSame() throws OrtException, IOException {
    Map<String, Form> forms = new LinkedHashMap<>();
    forms.put("none (three 1x1 convolutions)", (g, name, s, w, map) -> pointwise(g, name, "x", w));
    forms.put("depthwise, one tap, and 1x1", CycleFullyConnectedFormsTest::depthwise);
    forms.put("one tap for each channel", CycleFullyConnectedFormsTest::oneTap);
    forms.put("pad, slice, concatenate, and 1x1", CycleFullyConnectedFormsTest::slices);
    List<String> lines = new ArrayList<>();
    lines.add("| C | map | " + String.join(" | ", forms.keySet()) + " |");
    lines.add("|---|---|" + "---|".repeat(forms.size()));
    for (int[] size : CHANNELS_AND_SIZE) {
      lines.add(row(forms, size[0], size[1]));
    }
    Files.write(Path.of("target", "cycle-fc.md"), lines);
  }

  private String row(Map<String, Form> forms, int channels, int size) throws OrtException {
    Shape map = Shape.of(1, channels, size, size);
    List<Tensor> weights = List.of(weight(channels), weight(channels), weight(channels));
    FloatBuffer image = FloatBuffer.wrap(tensor(map).toFloats());
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    List<OrtSession> sessions = new ArrayList<>();
    double[][] times = new double[forms.size()][RUNS];
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OnnxTensor x = OnnxTensor.createTensor(environment, image, map.toArray())) {
      options.setIntraOpNumThreads(1);
      for (Form form : forms.values()) {
        sessions.add(environment.createSession(model(form, weights, map), options));
      }
      assertSame(sessions.subList(1, sessions.size()), x);
      for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < sessions.size(); i++) {
          long start = System.nanoTime();
          sessions.get(i).run(Map.of("x", x)).close();
          times[i][run] = (System.nanoTime() - start) / 1e6;
        }
      }
    } finally {
      for (OrtSession session : sessions) {
        session.close();
      }
    }
    StringBuilder row = new StringBuilder("| %d | %d x %d |".formatted(channels, size, size));
    for (double[] of : times) {
      Arrays.sort(of);
      row.append(" %.3f ms |".formatted(of[RUNS / 2]));
    }
    return row.toString();
  }

  private static byte[] model(Form form, List<Tensor> weights, Shape map) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", map.with(0, Shape.UNKNOWN).toArray());
    String h = form.add(graph, "h", new Staircase(1, 3), weights.get(0), map);
    String w = form.add(graph, "w", new Staircase(3, 1), weights.get(1), map);
    String c = pointwise(graph, "c", "x", weights.get(2));
    graph.add("hw", new Operator.Add(), h, w);
    graph.add("hwc", new Operator.Add(), "hw", c);
    return OnnxWriter.toBytes(graph.output("hwc").build().withParameters(ElementType.FLOAT32));
  }

  private static void assertSame(List<OrtSession> sessions, OnnxTensor x) throws OrtException {
    float[] first = answer(sessions.get(0), x);
    for (OrtSession other : sessions) {
      assertArrayEquals(first, answer(other, x), TOLERANCE);
    }
  }

  private static float[] answer(OrtSession session, OnnxTensor x) throws OrtException {
    try (OrtSession.Result result = session.run(Map.of("x", x))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] elements = new float[values.remaining()];
      values.get(elements);
      return elements;
    }
  }

  private static String depthwise(
      GraphBuilder graph, String name, Staircase stairs, Tensor weight, Shape map) {
    int channels = Math.toIntExact(map.dimension(1));
    Operator shift =
        new Operator.Conv(stairs.taps(channels), Optional.empty(), stairs.window(), channels);
    return pointwise(graph, name, graph.add(name + ".shift", shift, "x"), weight);
  }

  private static String oneTap(
      GraphBuilder graph, String name, Staircase stairs, Tensor weight, Shape map) {
    int channels = Math.toIntExact(map.dimension(1));
    Tensor taps = stairs.taps(channels);
    double[] kernel = new double[channels * channels * stairs.steps()];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = weight.get(i / stairs.steps()) * taps.get(i % taps.size());
    }
    Shape shape = taps.shape().with(0, channels).with(1, channels);
    Operator conv =
        new Operator.Conv(Tensor.of(shape, kernel), Optional.empty(), stairs.window(), 1);
    return graph.add(name, conv, "x");
  }

  /** Channels of one step are cut out together; the weight's columns are put in their order. */
  private static String slices(
      GraphBuilder graph, String name, Staircase stairs, Tensor weight, Shape map) {
    int channels = Math.toIntExact(map.dimension(1));
    int flights = (channels + stairs.steps() - 1) / stairs.steps();
    Window window = stairs.window();
    Operator pad =
        new Movement.Pad(
            List.of(0L, 0L, (long) window.padTop(), (long) window.padLeft()),
            List.of(
                0L,
                (long) flights * stairs.steps() - channels,
                (long) window.padBottom(),
                (long) window.padRight()),
            0);
    graph.add(name + ".pad", pad, "x");
    long height = map.dimension(2);
    long width = map.dimension(3);
    graph.add(
        name + ".flights",
        Movement.Reshape.to(
            -1,
            flights,
            stairs.steps(),
            height + window.padTop() + window.padBottom(),
            width + window.padLeft() + window.padRight()),
        name + ".pad");
    String[] parts = new String[stairs.steps()];
    double[] columns = new double[channels * flights * stairs.steps()];
    int axis = stairs.kernelHeight() > 1 ? 3 : 4;
    for (int step = 0; step < parts.length; step++) {
      String part = name + "." + step;
      int first = 1 + stairs.rowOffset(step) + stairs.columnOffset(step);
      graph.add(part + ".step", new Movement.Slice(2, step, step + 1), name + ".flights");
      long end = first + map.dimension(axis - 1);
      graph.add(part + ".moved", new Movement.Slice(axis, first, end), part + ".step");
      parts[step] =
          graph.add(part, Movement.Reshape.to(-1, flights, height, width), part + ".moved");
      for (int o = 0; o < channels; o++) {
        for (int i = step; i < channels; i += stairs.steps()) {
          int column = step * flights + i / stairs.steps();
          columns[o * flights * stairs.steps() + column] = weight.get(o * channels + i);
        }
      }
    }
    graph.add(name + ".concat", new Movement.Concat(1, parts.length), parts);
    Shape shape = weight.shape().with(1, (long) flights * stairs.steps());
    return pointwise(graph, name, name + ".concat", Tensor.of(shape, columns));
  }

  private static String pointwise(GraphBuilder graph, String name, String x, Tensor weight) {
    return graph.add(name, new Operator.Conv(weight, Optional.empty(), Window.unit(), 1), x);
  }

  private Tensor weight(int channels) {
    return tensor(Shape.of(channels, channels, 1, 1));
  }

  private Tensor tensor(Shape shape) {
    double[] values = new double[Math.toIntExact(shape.elements())];
    Arrays.setAll(values, i -> random.nextGaussian() / Math.sqrt(shape.dimension(1)));
    return Tensor.of(shape, values);
  }
}
