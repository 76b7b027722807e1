package org.repfold.converter.verify.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.converter.verify.certificate.Certificate.Outcome;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class SmallMapTest {
  private static final int NETWORKS = 300;
  private static final int CHANNELS = 2;
  private static final long ENOUGH = 1 << 28;

  private static Certificate compare(Graph before, Graph after, boolean smallMaps) {
    return new Prover(ENOUGH, ENOUGH, smallMaps)
        .compare(
            before,
            after,
            before.inputs().stream().collect(Collectors.toMap(Input::name, Input::shape)))
        .certificate();
  }

  @Test
  void aDifferenceShowsOnTheSmallMapWhereItShowsFirstOnTheLargeOne() {
    int smaller = 0;
    int refuted = 0;
    for (long seed = 0; seed < NETWORKS; seed++) {
      Random random = new Random(seed);
      Graph network = network(random);
      Graph changed = changed(network, random);
      String message = "seed " + seed;

      Certificate same = compare(network, network, true);
      assertEquals(Outcome.CERTIFIED, same.outcome(), message);
      smaller += same.rows() < compare(network, network, false).rows() ? 1 : 0;
      Certificate small = compare(network, changed, true);
      Certificate large = compare(network, changed, false);
      assertEquals(large.outcome(), small.outcome(), message);
      if (large.outcome() == Outcome.REFUTED) {
        refuted++;
        assertEquals(where(large.mismatch()), where(small.mismatch()), message);
      }
    }
    assertTrue(smaller > NETWORKS / 2, smaller + " maps were made smaller");
    assertTrue(refuted > NETWORKS / 2, refuted + " changes showed");
  }

  /** Where a difference is; its numbers are sums that the large map may take in another order. */
  private static List<List<Long>> where(Certificate.Mismatch mismatch) {
    return List.of(mismatch.outputIndex(), mismatch.inputIndex());
  }

  /** Convolutions, pools, pads and branches, of maps of some 48 x 48. */
  private static Graph network(Random random) {
    RandomOperators operators = new RandomOperators(random.nextLong());
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1, CHANNELS, 45 + random.nextInt(6), 45 + random.nextInt(6));
    String value = "x";
    int length = 1 + random.nextInt(3);
    for (int i = 0; i < length; i++) {
      String name = "n" + i;
      switch (random.nextInt(6)) {
        case 0, 1 -> value = graph.add(name, conv(random, operators), value);
        case 2 -> value = graph.add(name, pool(random), value);
        case 3 -> value = graph.add(name, pad(random), value);
        case 4 -> value = graph.add(name, operators.batchNorm(CHANNELS), value);
        default -> {
          int reach = 1 + random.nextInt(2);
          Operator conv = operators.conv(CHANNELS, CHANNELS, 2 * reach + 1, reach, 1);
          graph.add(name + "/conv", conv, value);
          graph.add(name + "/neg", new Unary.Neg(), value);
          value = graph.add(name, new Operator.Add(), name + "/conv", name + "/neg");
        }
      }
    }
    return graph.output(value).build();
  }

  private static Window window(Random random, int most) {
    return new Window(
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        random.nextInt(most + 1),
        random.nextInt(most + 1),
        random.nextInt(most + 1),
        random.nextInt(most + 1));
  }

  private static Operator conv(Random random, RandomOperators operators) {
    int height = 1 + random.nextInt(3);
    int width = 1 + random.nextInt(3);
    return operators.conv(CHANNELS, CHANNELS, height, width, window(random, 2), 1);
  }

  private static Operator pool(Random random) {
    return new Pooling.AveragePool(2, 3, window(random, 1), random.nextBoolean());
  }

  private static Operator pad(Random random) {
    List<Long> before = List.of(0L, 0L, (long) random.nextInt(3), (long) random.nextInt(3));
    List<Long> after = List.of(0L, 0L, (long) random.nextInt(3), (long) random.nextInt(3));
    return new Movement.Pad(before, after, random.nextInt(2));
  }

  /** The network with one of its operators changed, the shapes kept. */
  private static Graph changed(Graph network, Random random) {
    List<Node> nodes = new ArrayList<>(network.nodes());
    int index = random.nextInt(nodes.size());
    nodes.set(index, nodes.get(index).withOperator(changed(nodes.get(index).operator(), random)));
    return Graph.of(network.inputs(), nodes, network.outputs());
  }

  private static Operator changed(Operator operator, Random random) {
    if (operator instanceof Operator.Conv conv) {
      Window window = conv.window();
      return window.padBottom() > 0 && random.nextBoolean()
          ? new Operator.Conv(conv.weight(), conv.bias(), lifted(window), conv.group())
          : conv.mapParameters(tensor -> doubled(tensor, random));
    } else if (operator instanceof Pooling.AveragePool pool) {
      return new Pooling.AveragePool(
          pool.kernelHeight(), pool.kernelWidth(), pool.window(), !pool.countIncludePad());
    } else if (operator instanceof Movement.Pad pad) {
      return new Movement.Pad(pad.before(), pad.after(), pad.value() + 1);
    }
    return operator instanceof Operator.Add
        ? new Operator.Sub()
        : operator.mapParameters(tensor -> doubled(tensor, random));
  }

  private static Window lifted(Window window) {
    return new Window(
        window.strideHeight(),
        window.strideWidth(),
        window.dilationHeight(),
        window.dilationWidth(),
        window.padTop() + 1,
        window.padLeft(),
        window.padBottom() - 1,
        window.padRight());
  }

  private static Tensor doubled(Tensor tensor, Random random) {
    double[] elements = tensor.toDoubles();
    elements[random.nextInt(elements.length)] *= 2;
    return Tensor.of(tensor.shape(), elements);
  }

  @Test
  void aShiftThatPaddingKeepsFromTheLowerBorderIsFound() {
    RandomOperators operators = new RandomOperators(1);
    Operator.Conv conv = operators.conv(2, 2, 3, 3, new Window(1, 1, 1, 1, 0, 0, 1, 0), 1);
    GraphBuilder before = new GraphBuilder();
    before.input("x", 1, 2, 50, 3);
    before.add("one", new Operator.Constant(Tensor.vector(1)));
    before.add("shifted", new Operator.Add(), "x", "one");
    before.add("y", conv, "shifted");
    double[] bias = conv.bias().orElseThrow().toDoubles();
    for (int i = 0; i < conv.weight().size(); i++) {
      bias[i / 18] += conv.weight().get(i);
    }
    GraphBuilder after = new GraphBuilder();
    after.input("x", 1, 2, 50, 3);
    Optional<Tensor> biases = Optional.of(Tensor.vector(bias));
    after.add("y", new Operator.Conv(conv.weight(), biases, conv.window(), 1), "x");

    Certificate certificate = compare(before.output("y").build(), after.output("y").build(), true);

    assertEquals(Outcome.REFUTED, certificate.outcome());
    assertEquals(List.of(0L, 0L, 48L, 0L), certificate.mismatch().outputIndex());
  }

  @Test
  void aConstantThatDiffersBetweenPositionsKeepsTheMap() {
    RandomOperators operators = new RandomOperators(2);
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1, 2, 9, 8);
    graph.add("map", new Operator.Constant(operators.tensor(9, 1)));
    graph.add("y", new Operator.Add(), "x", "map");
    Graph added = graph.output("y").build();

    Certificate certificate = compare(added, added, true);

    assertEquals(Outcome.CERTIFIED, certificate.outcome());
    assertEquals(2 * 9, certificate.rows());
  }

  @Test
  void aMapThatIsRepeatedOverPositionsKeepsTheMap() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1, 2, 4, 4);
    graph.input("z", 1, 2, 1, 4);
    graph.add("y", new Operator.Add(), "x", "z");
    Graph added = graph.output("y").build();

    Certificate certificate = compare(added, added, true);

    assertEquals(2 * 4, certificate.rows());
  }

  @Test
  void theMapIsAsSmallAsTheReachOfAllLayersTogetherAllows() {
    RandomOperators operators = new RandomOperators(3);
    Window window = new Window(2, 1, 1, 1, 2, 0, 2, 0);
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1, 1, 61, 1);
    graph.add("first", operators.conv(1, 1, 5, 1, window, 1), "x");
    graph.add("y", operators.conv(1, 1, 5, 1, window, 1), "first");
    Graph network = graph.output("y").build();

    Certificate certificate = compare(network, network, true);

    // Row y reaches rows 4 y - 6 to 4 y + 6: two rows lack some above, two below, one none.
    assertEquals(5, certificate.rows());
    assertEquals(17, certificate.columns());
  }
}
