package org.repfold.converter.fold.fuzz;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Makes a graph that fails smaller, as long as it fails in the same way: fewer outputs and nodes,
 * then smaller sizes, then plainer operators and numbers.
 */
final class Shrinker {
  private final Function<Graph, Optional<String>> failure;

  /**
   * @param failure of what kind a graph's failure is; empty if it does not fail
   */
  Shrinker(Function<Graph, Optional<String>> failure) {
    this.failure = failure;
  }

  /** The smallest graph found that fails as the given one does. */
  Graph shrink(Graph failing) {
    Optional<String> kind = failure.apply(failing);
    Graph smallest = failing;
    for (Optional<Graph> next = Optional.of(failing); next.isPresent(); ) {
      smallest = next.get();
      next = smaller(smallest, kind);
    }
    return smallest;
  }

  private Optional<Graph> smaller(Graph graph, Optional<String> kind) {
    long[] size = size(graph);
    Iterator<Supplier<Graph>> candidates = Simplifications.of(graph).iterator();
    while (candidates.hasNext()) {
      try {
        Graph candidate = candidates.next().get();
        if (Arrays.compare(size(candidate), size) < 0 && failure.apply(candidate).equals(kind)) {
          return Optional.of(candidate);
        }
      } catch (BadInputException e) {
        // Not every simplification leaves a graph whose shapes fit.
      }
    }
    return Optional.empty();
  }

  /** What shrinks: nodes and outputs, then parameters, then the values' sizes, then digits. */
  private static long[] size(Graph graph) {
    long parameters = 0;
    long elements = 0;
    long digits = 0;
    for (Shape shape : graph.shapes().values()) {
      elements += LongStream.of(shape.toArray()).reduce(1, (a, b) -> a * Math.abs(b));
    }
    for (Node node : graph.nodes()) {
      digits += node.operator().toString().length();
      for (Tensor tensor : node.operator().parameters().values()) {
        parameters += tensor.size();
        digits += Arrays.stream(tensor.toDoubles()).mapToLong(Shrinker::digits).sum();
      }
    }
    return new long[] {
      graph.nodes().size() + graph.inputs().size() + graph.outputs().size(),
      parameters,
      elements,
      digits
    };
  }

  private static long digits(double number) {
    return number == 0 ? 0 : number == 1 ? 1 : Double.toString(number).length();
  }
}
