package org.repfold.converter.fold.fuzz;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.repfold.converter.plain.PlainExecutor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;

/**
 * One graph that nobody designed, from one seed: a few motifs, each of which takes values that are
 * there already, so that they overlap and stand in each other's way.
 */
final class RandomGraph {
  private static final int LARGEST_VALUE = 500;
  private static final int BATCH = 2;

  /** One in so many values that something takes is an output too. */
  private static final int OUTPUTS = 24;

  private static final int[] CHANNELS = {1, 2, 2, 3, 4, 4, 6};

  final Random random;
  final RandomParameters parameters;
  private final List<Input> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> wanted = new LinkedHashSet<>();
  private final Map<String, Shape> shapes = new HashMap<>();

  /** The shapes for one size of the batch, which tell a batch from its parts. */
  private final Map<String, Shape> actual = new HashMap<>();

  private RandomGraph(long seed) {
    this.random = new Random(seed);
    this.parameters = new RandomParameters(random);
  }

  /** The graph of a seed. */
  static Graph of(long seed) {
    RandomGraph graph = new RandomGraph(seed);
    Motif first = Motifs.first(seed);
    graph.addInputs(first.rank());
    graph.attempt(first);
    int more = graph.oneIn(3) ? 0 : 3 + graph.random.nextInt(6);
    for (int i = 0; i < more || graph.nodes.isEmpty(); i++) {
      graph.attempt(Motifs.any(graph.random));
    }
    return graph.build();
  }

  private void addInputs(int rank) {
    input("x", rank);
    for (int other = 2; other <= 4; other++) {
      if (other != rank) {
        input("x" + other, other);
      }
    }
  }

  private void input(String name, int rank) {
    Shape shape =
        switch (rank) {
          case 2 -> Shape.of(-1, 2 + random.nextInt(7));
          case 3 -> Shape.of(-1, 2 + random.nextInt(3), 2 * (1 + random.nextInt(2)));
          default -> Shape.of(-1, channels(), 1 + random.nextInt(7), 1 + random.nextInt(7));
        };
    inputs.add(new Input(name, shape));
    shapes.put(name, shape);
    actual.put(name, PlainExecutor.known(shape, BATCH));
  }

  /** Adds a motif to some value of its rank, if there is one that it fits. */
  private void attempt(Motif motif) {
    List<String> fitting = new ArrayList<>(shapes.keySet().stream().sorted().toList());
    fitting.removeIf(name -> shapes.get(name).rank() != motif.rank());
    fitting.removeIf(name -> !shapes.get(name).with(0, 1).isKnown());
    if (fitting.isEmpty()) {
      return;
    }
    String last = nodes.isEmpty() ? inputs.get(0).name() : nodes.get(nodes.size() - 1).name();
    String value =
        fitting.contains(last) && oneIn(3) ? last : fitting.get(random.nextInt(fitting.size()));
    int before = nodes.size();
    try {
      motif.growth().add(this, value);
    } catch (BadInputException e) {
      while (nodes.size() > before) {
        shapes.remove(nodes.remove(nodes.size() - 1).name());
      }
    }
  }

  private Graph build() {
    Set<String> outputs = new LinkedHashSet<>(wanted);
    outputs.retainAll(nodes.stream().map(Node::name).toList());
    Set<String> used = new HashSet<>();
    nodes.forEach(node -> used.addAll(node.inputs()));
    for (Node node : nodes) {
      if (!used.contains(node.name()) && !(node.operator() instanceof Operator.Constant)) {
        outputs.add(node.name());
      }
    }
    for (Node node : nodes) {
      if (oneIn(OUTPUTS)) {
        outputs.add(node.name());
      }
    }
    used.addAll(outputs);
    return Graph.of(
        inputs.stream().filter(input -> used.contains(input.name())).toList(),
        nodes,
        List.copyOf(outputs));
  }

  /**
   * Adds a node; gives its name.
   *
   * @throws BadInputException if the operator does not fit its operands, or its value is large
   */
  String add(Operator operator, String... operands) {
    Node node = new Node("n" + nodes.size(), operator, operands);
    Shape shape = ShapeInference.shapeOf(node, shapes);
    long elements =
        LongStream.of(shape.toArray())
            .filter(size -> size != Shape.UNKNOWN)
            .reduce(1, (a, b) -> a * b);
    if (elements > LARGEST_VALUE || elements == 0) {
      throw new BadInputException("value of shape " + shape + ": expected fewer elements");
    }
    actual.put(node.name(), actual(node));
    shapes.put(node.name(), shape);
    nodes.add(node);
    return node.name();
  }

  /** Makes a value an output, whoever takes it. */
  void output(String value) {
    wanted.add(value);
  }

  private Shape actual(Node node) {
    return node.operator() instanceof Operator.Opaque
        ? actual.get(node.input())
        : ShapeInference.shapeOf(node, actual);
  }

  Shape shape(String value) {
    return shapes.get(value);
  }

  int size(String value, int axis) {
    return Math.toIntExact(shapes.get(value).dimension(axis));
  }

  /** Another value of the same shape; possibly the same. */
  String alike(String value) {
    List<String> alike =
        shapes.keySet().stream()
            .filter(name -> shapes.get(name).equals(shapes.get(value)))
            .filter(name -> actual.get(name).equals(actual.get(value)))
            .sorted()
            .toList();
    return alike.get(random.nextInt(alike.size()));
  }

  int channels() {
    return CHANNELS[random.nextInt(CHANNELS.length)];
  }

  boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  /** A divisor of both numbers, 1 as often as not. */
  int group(int in, int out) {
    if (oneIn(2) || in == Shape.UNKNOWN) {
      return 1;
    }
    int[] divisors =
        LongStream.rangeClosed(1, in)
            .filter(d -> in % d == 0 && out % d == 0)
            .mapToInt(Math::toIntExact)
            .toArray();
    return divisors[random.nextInt(divisors.length)];
  }
}
