package org.repfold.converter.report;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * The structure and the size of a graph.
 *
 * @param nodes each after those whose values it takes
 * @param operators how many nodes of each type, sorted by type, constants left out
 * @param parameters scalar parameters that training learns, one shared between nodes counted once
 * @param flops of one sample: two for each multiply-add of Conv, ConvTranspose, Gemm and MatMul,
 *     all else left out
 */
public record GraphSummary(
    List<NodeSummary> nodes, Map<String, Integer> operators, long parameters, long flops) {
  public GraphSummary {
    nodes = List.copyOf(nodes);
    operators = Collections.unmodifiableMap(new TreeMap<>(operators));
  }

  /**
   * The summary of a graph, with its shapes at batch 1.
   *
   * @throws org.repfold.graph.BadInputException if the graph does not take a batch of 1
   */
  public static GraphSummary of(Graph graph) {
    Graph single = atBatchOne(graph);
    return new GraphSummary(
        single.nodes().stream().map(node -> summary(single, node)).toList(),
        single.operatorCounts(),
        single.parameterCount(),
        single.nodes().stream().mapToLong(node -> 2 * multiplyAdds(single, node)).sum());
  }

  /** The names of the constants, which drawings leave out. */
  Set<String> constants() {
    return nodes.stream()
        .filter(node -> node.operator().equals("Constant"))
        .map(NodeSummary::name)
        .collect(Collectors.toSet());
  }

  /**
   * Behind a partition the leading axis is a multiple of the batch, so an unknown size says nothing
   * by itself: the batch is set at the inputs and every shape derived again.
   */
  private static Graph atBatchOne(Graph graph) {
    List<Input> inputs =
        graph.inputs().stream()
            .map(
                input ->
                    new Input(
                        input.name(),
                        Shape.of(
                            Arrays.stream(input.shape().toArray())
                                .map(size -> size == Shape.UNKNOWN ? 1 : size)
                                .toArray())))
            .toList();
    return Graph.of(inputs, graph.nodes(), graph.outputs());
  }

  private static NodeSummary summary(Graph graph, Node node) {
    return new NodeSummary(
        node.name(),
        node.operator().type(),
        attributes(node.operator()),
        node.inputs(),
        Arrays.stream(graph.shape(node.name()).toArray()).boxed().toList(),
        node.operator().learned().stream().mapToLong(Tensor::size).sum());
  }

  private static String attributes(Operator operator) {
    if (operator instanceof Operator.Conv conv) {
      return kernel(conv.kernelHeight(), conv.kernelWidth()) + groups(conv.group());
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return kernel(conv.kernelHeight(), conv.kernelWidth()) + groups(conv.group());
    } else if (operator instanceof Pooling.MaxPool pool) {
      return kernel(pool.kernelHeight(), pool.kernelWidth());
    } else if (operator instanceof Pooling.AveragePool pool) {
      return kernel(pool.kernelHeight(), pool.kernelWidth());
    } else if (operator instanceof Operator.Opaque opaque) {
      return opaque.kind();
    }
    return "";
  }

  private static String kernel(int height, int width) {
    return height + "\u00d7" + width;
  }

  private static String groups(int group) {
    return group > 1 ? ", " + group + " groups" : "";
  }

  private static long multiplyAdds(Graph graph, Node node) {
    Operator operator = node.operator();
    long elements = graph.shape(node.name()).elements();
    if (operator instanceof Operator.Conv conv) {
      return Math.multiplyExact(elements, conv.weight().shape().product(1, 4));
    } else if (operator instanceof Operator.ConvTranspose conv) {
      long positions = graph.shape(node.input()).elements();
      return Math.multiplyExact(positions, conv.weight().shape().product(1, 4));
    } else if (operator instanceof Operator.Gemm gemm) {
      return Math.multiplyExact(elements, gemm.weight().shape().dimension(1));
    } else if (operator instanceof Operator.MatMul) {
      return Math.multiplyExact(elements, graph.shape(node.inputs().get(0)).dimension(-1));
    }
    return 0;
  }
}
