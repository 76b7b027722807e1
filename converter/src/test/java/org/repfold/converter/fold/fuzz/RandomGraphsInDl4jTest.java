package org.repfold.converter.fold.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.SameFunction;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.dl4j.Dl4jWriter;
import org.repfold.converter.plain.Numbers;
import org.repfold.converter.plain.PlainExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;

/** Graphs that nobody designed, as they are and folded, written as DL4J graphs. */
class RandomGraphsInDl4jTest {
  private static final int FEW = 150;
  private static final int MANY = 3_000;

  /** The share of graphs that can be written; about every second one has an unknown operator. */
  private static final double WRITABLE = 0.4;

  @Test
  void dl4jComputesWhatTheGraphDoesAndTheReaderReadsIt() {
    check(FEW);
  }

  @Test
  @Tag("slow")
  void dl4jComputesWhatManyGraphsDo() {
    check(MANY);
  }

  private static void check(int graphs) {
    Map<String, String> failures = new TreeMap<>();
    int written = 0;
    for (long seed = 0; seed < graphs; seed++) {
      Graph graph = RandomGraph.of(seed);
      if (isWritable(graph)) {
        written++;
        Optional<String> failure = failure(graph);
        if (failure.isPresent()) {
          Graph smallest = new Shrinker(RandomGraphsInDl4jTest::failure).shrink(graph);
          failures.putIfAbsent(
              failure(smallest).orElseThrow(), "seed " + seed + "\n" + GraphCode.of(smallest));
        }
      }
    }
    assertTrue(failures.isEmpty(), failures::toString);
    int found = written;
    assertTrue(written >= WRITABLE * graphs, () -> found + " of " + graphs + " were written");
  }

  /** Whether DL4J has a counterpart: not of an unknown operator, nor of constants alone. */
  private static boolean isWritable(Graph graph) {
    return graph.outputs().stream().allMatch(output -> graph.constant(output).isEmpty())
        && graph.nodes().stream()
            .allMatch(
                node ->
                    !(node.operator() instanceof Operator.Opaque)
                        && (node.operator() instanceof Operator.Constant
                            || node.inputs().stream()
                                .anyMatch(input -> graph.constant(input).isEmpty())));
  }

  private static Optional<String> failure(Graph graph) {
    if (!isWritable(graph)) {
      return Optional.empty();
    }
    try {
      SameFunction function = new SameFunction(graph);
      check(function, graph);
      Graph folded = Folder.fold(graph).folded();
      if (isWritable(folded)) {
        check(function, folded);
      }
      return Optional.empty();
    } catch (AssertionError | RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()).replaceAll("-?[0-9][0-9.E-]*", "#"));
    }
  }

  private static void check(SameFunction function, Graph graph) {
    ComputationGraph network =
        Dl4jWriter.toComputationGraph(graph, Optional.empty(), ElementType.FLOAT64);
    function.assertComputedBy(
        inputs ->
            Arrays.stream(network.output(arrays(graph, inputs))).map(NdArrays::toDoubles).toList());
    Graph read = new Dl4jReader().read(network, graph.inputs()).graph();
    function.assertComputedBy(
        inputs -> {
          Map<String, Numbers> values = PlainExecutor.run(read, inputs, SameFunction.BATCH);
          return read.outputs().stream().map(output -> values.get(output).value()).toList();
        });
  }

  private static INDArray[] arrays(Graph graph, Map<String, double[]> inputs) {
    return graph.inputs().stream()
        .map(
            input ->
                NdArrays.of(
                    inputs.get(input.name()),
                    PlainExecutor.known(input.shape(), SameFunction.BATCH).toArray()))
        .toArray(INDArray[]::new);
  }
}
