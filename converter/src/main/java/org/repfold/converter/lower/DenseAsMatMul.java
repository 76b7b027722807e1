package org.repfold.converter.lower;

import java.util.ArrayList;
import java.util.List;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A 1x1 convolution on maps of 1 x 1, {@code [M, G I, 1, 1]}, is a dense layer: it becomes a
 * batched matrix product {@code [G, M, I] x [G, I, O]}. With one group it becomes a plain one.
 *
 * <p>Engines run the grouped convolution one sample at a time; as a product it runs several times
 * faster.
 */
public final class DenseAsMatMul implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.Conv conv)
        || !conv.isPointwise()
        || graph.shape(node.name()).product(2, 4) != 1) {
      return Match.none();
    }
    return Match.replace(
        List.of(node), conv.group() == 1 ? plain(graph, node, conv) : batched(graph, node, conv));
  }

  private static List<Node> plain(GraphView graph, Node node, Operator.Conv conv) {
    int inputs = conv.inputChannels();
    int outputs = conv.outputChannels();
    List<Node> nodes = new ArrayList<>();
    String rows = append(graph, nodes, node, "rows", Movement.Reshape.to(-1, inputs), node.input());
    String product = product(graph, nodes, node, transposed(conv, Shape.of(inputs, outputs)), rows);
    String sum = bias(graph, nodes, node, conv, Shape.of(outputs), product);
    nodes.add(new Node(node.name(), Movement.Reshape.to(-1, outputs, 1, 1), sum));
    return nodes;
  }

  private static List<Node> batched(GraphView graph, Node node, Operator.Conv conv) {
    int groups = conv.group();
    int inputs = conv.inputChannels() / groups;
    int outputs = conv.outputChannels() / groups;
    List<Node> nodes = new ArrayList<>();
    String split =
        append(graph, nodes, node, "groups", Movement.Reshape.to(-1, groups, inputs), node.input());
    String rows = append(graph, nodes, node, "rows", Movement.Transpose.by(1, 0, 2), split);
    String product =
        product(graph, nodes, node, transposed(conv, Shape.of(groups, inputs, outputs)), rows);
    String sum = bias(graph, nodes, node, conv, Shape.of(groups, 1, outputs), product);
    String merged = append(graph, nodes, node, "samples", Movement.Transpose.by(1, 0, 2), sum);
    nodes.add(new Node(node.name(), Movement.Reshape.to(-1, groups * outputs, 1, 1), merged));
    return nodes;
  }

  private static String product(
      GraphView graph, List<Node> nodes, Node node, Tensor weight, String rows) {
    String name = append(graph, nodes, node, "weight", new Operator.Constant(weight));
    return append(graph, nodes, node, "matmul", new Operator.MatMul(), rows, name);
  }

  private static String bias(
      GraphView graph,
      List<Node> nodes,
      Node node,
      Operator.Conv conv,
      Shape shape,
      String product) {
    if (conv.bias().isEmpty()) {
      return product;
    }
    Tensor bias = conv.bias().get().reshape(shape);
    String name = append(graph, nodes, node, "bias", new Operator.Constant(bias));
    return append(graph, nodes, node, "add", new Operator.Add(), product, name);
  }

  private static String append(
      GraphView graph,
      List<Node> nodes,
      Node origin,
      String suffix,
      Operator operator,
      String... inputs) {
    String name = graph.freshName(origin.name() + "/" + suffix);
    nodes.add(new Node(name, operator, inputs));
    return name;
  }

  /** The weight {@code [G O, I, 1, 1]} as {@code [G, I, O]}. */
  private static Tensor transposed(Operator.Conv conv, Shape shape) {
    int inputs = conv.inputChannels() / conv.group();
    int outputs = conv.outputChannels() / conv.group();
    double[] weight = conv.weight().toDoubles();
    double[] result = new double[weight.length];
    for (int row = 0; row < weight.length / inputs; row++) {
      int first = row / outputs * outputs * inputs + row % outputs;
      for (int i = 0; i < inputs; i++) {
        result[first + i * outputs] = weight[row * inputs + i];
      }
    }
    return Tensor.of(shape, result);
  }
}
