package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.repfold.converter.lower.Lowering;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.GraphValidator;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Window;

/**
 * Folds and lowers graphs that nobody designed: whatever the rules do to them, the function stays.
 * A failure names the seed.
 */
class RandomGraphsTest {
  private static final int GRAPHS = 400;

  @Test
  void foldingAndLoweringKeepTheFunctionOfAnyGraph() {
    int folds = 0;
    int lowerings = 0;
    for (long seed = 1; seed <= GRAPHS; seed++) {
      Graph graph = new RandomGraph(seed).build();
      try {
        Folding folding = Folder.fold(graph);
        FoldFixture.assertSameFunction(graph, GraphValidator.validate(folding.folded()));
        new SameFunction(folding.source()).assertKeptBy(folding);
        Folding lowering = new Folder(Lowering.all()).apply(folding.folded());
        FoldFixture.assertSameFunction(graph, GraphValidator.validate(lowering.folded()));
        new SameFunction(lowering.source()).assertKeptBy(lowering);
        folds += folding.steps().size();
        lowerings += lowering.steps().size();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + graph.nodes(), e);
      }
    }
    assertFalse(folds < 4 * GRAPHS, "only " + folds + " folds were tried");
    assertFalse(lowerings < GRAPHS / 2, "only " + lowerings + " lowerings were tried");
  }

  /** One graph from one seed: each new node takes values that are there already. */
  private static final class RandomGraph {
    private static final int[] CHANNELS = {2, 4, 6};

    private final Random random;
    private final RandomOperators operators;
    private final GraphBuilder graph = new GraphBuilder();
    private final List<String> values = new ArrayList<>();
    private final java.util.Map<String, Shape> shapes = new java.util.HashMap<>();

    RandomGraph(long seed) {
      random = new Random(seed);
      operators = new RandomOperators(seed);
    }

    Graph build() {
      Shape shape = Shape.of(-1, pick(CHANNELS), 2 + random.nextInt(4), 2 + random.nextInt(4));
      shapes.put(graph.input("x", shape.toArray()), shape);
      values.add("x");
      int steps = 2 + random.nextInt(5);
      for (int i = 0; i < steps; i++) {
        step();
      }
      graph.output(values.get(values.size() - 1));
      if (random.nextInt(3) == 0) {
        String other = any();
        if (!other.equals(values.get(values.size() - 1))) {
          graph.output(other);
        }
      }
      return graph.build();
    }

    private void step() {
      String x = random.nextInt(4) == 0 ? any() : values.get(values.size() - 1);
      if (shapes.get(x).rank() == 2) {
        vectorStep(x);
        return;
      }
      switch (random.nextInt(11)) {
        case 0, 1 -> normalised(convolved(x, randomWindow(x)));
        case 2, 3 -> branches(x);
        case 4, 5 -> partitioned(x);
        case 6 -> convolved(normalised(x), randomWindow(x));
        case 7 -> add(new Operator.Identity(), x);
        case 8 -> add(random.nextBoolean() ? new Operator.Add() : new Operator.Mul(), x, x);
        case 9 -> pooled(x);
        default -> add(new Movement.Flatten(), maybeNormalised(x));
      }
    }

    private void vectorStep(String x) {
      int in = Math.toIntExact(shapes.get(x).dimension(1));
      int out = pick(CHANNELS);
      boolean toMap = random.nextBoolean();
      String y = add(operators.gemm(in, toMap ? out * 6 : out), maybeNormalised(x));
      maybeNormalised(toMap ? add(Movement.Reshape.to(-1, out, 2, 3), y) : y);
    }

    private void pooled(String x) {
      String norm = normalised(x);
      String pool = add(new Pooling.GlobalAveragePool(), norm);
      if (random.nextBoolean()) {
        add(operators.conv(channels(pool), pick(CHANNELS), 1, 0, 1), pool);
      }
      if (random.nextBoolean()) {
        convolved(norm, Window.unit());
      }
    }

    /** A sum of convolutions of one input, nested at random; some used twice, some the input. */
    private void branches(String x) {
      int out = random.nextBoolean() ? channels(x) : pick(CHANNELS);
      int stride = 1 + random.nextInt(2);
      int count = 2 + random.nextInt(3);
      List<String> addends = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int extra = random.nextInt(2);
        int kernel = 1 + 2 * random.nextInt(2) + extra;
        int dilation = 1 + random.nextInt(2);
        int reach = dilation * (kernel - 1);
        int before = random.nextInt(reach + 1);
        Window window =
            new Window(
                stride, stride, dilation, dilation, before, reach - before, reach - before, before);
        int group = commonGroup(channels(x), out);
        String branch = add(operators.conv(channels(x), out, kernel, kernel, window, group), x);
        addends.add(maybeNormalised(branch));
      }
      if (stride == 1 && out == channels(x) && random.nextBoolean()) {
        addends.add(x);
      }
      if (random.nextInt(4) == 0) {
        addends.add(addends.get(random.nextInt(addends.size())));
      }
      while (addends.size() > 1) {
        String left = addends.remove(random.nextInt(addends.size()));
        String right = addends.remove(random.nextInt(addends.size()));
        addends.add(add(new Operator.Add(), left, right));
      }
      if (random.nextInt(4) == 0) {
        normalised(addends.get(0));
      }
    }

    /** As in RepMLPNet: shared dense layer beside convolutions over a map split by channels. */
    private void partitioned(String x) {
      String norm = maybeNormalised(x);
      Shape map = shapes.get(norm);
      int channels = channels(norm);
      int sets = random.nextBoolean() ? channels : random.nextBoolean() ? 2 : 1;
      int height = (int) map.dimension(2);
      int width = (int) map.dimension(3);
      String parts =
          sets == channels && random.nextBoolean()
              ? norm
              : add(Movement.Reshape.to(-1, sets, height, width), norm);
      int features = sets * height * width;
      int groups = random.nextBoolean() ? sets : 1;
      String flat = add(Movement.Reshape.to(-1, features, 1, 1), parts);
      String dense = add(operators.conv(features, features, 1, 0, groups), flat);
      String sum = maybeNormalised(add(Movement.Reshape.to(-1, sets, height, width), dense));
      for (int kernel = 1; kernel <= 3; kernel += 2) {
        if (random.nextBoolean()) {
          int group = random.nextInt(4) == 0 ? 1 : sets;
          String conv = add(operators.conv(sets, sets, kernel, kernel / 2, group), parts);
          sum = add(new Operator.Add(), sum, maybeNormalised(conv));
        }
      }
      if (random.nextInt(5) > 0) {
        add(Movement.Reshape.to(-1, channels, height, width), sum);
      }
    }

    private String convolved(String x, Window window) {
      int out = pick(CHANNELS);
      int kernelHeight = window.isUnpadded() ? 1 : 1 + random.nextInt(2);
      int group = commonGroup(channels(x), out);
      return add(operators.conv(channels(x), out, kernelHeight, 1, window, group), x);
    }

    private Window randomWindow(String x) {
      return random.nextBoolean()
          ? Window.strided(1 + random.nextInt(2), 1 + random.nextInt(2))
          : new Window(1, 1 + random.nextInt(2), 1, 1, 1, random.nextInt(2), 0, random.nextInt(2));
    }

    private String normalised(String x) {
      return add(operators.batchNorm(Math.toIntExact(shapes.get(x).dimension(1))), x);
    }

    private String maybeNormalised(String x) {
      return random.nextInt(4) == 0 ? x : normalised(x);
    }

    private String add(Operator operator, String... inputs) {
      Node node = new Node("n" + values.size(), operator, inputs);
      shapes.put(node.name(), ShapeInference.shapeOf(node, shapes));
      values.add(graph.add(node.name(), operator, inputs));
      return node.name();
    }

    private String any() {
      return values.get(random.nextInt(values.size()));
    }

    private int channels(String value) {
      return Math.toIntExact(shapes.get(value).dimension(1));
    }

    private int commonGroup(int in, int out) {
      int group = pick(new int[] {1, 2, in});
      return in % group == 0 && out % group == 0 ? group : 1;
    }

    private int pick(int[] choices) {
      return choices[random.nextInt(choices.length)];
    }
  }
}
