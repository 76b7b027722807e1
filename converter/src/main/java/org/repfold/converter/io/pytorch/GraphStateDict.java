package org.repfold.converter.io.pytorch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.repfold.converter.io.dl4j.Layouts;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A graph's parameters as PyTorch's modules of the same names hold them: convolutions and dense
 * layers {@code weight} and {@code bias}, a LayerNorm these too, a BatchNorm {@code weight}, {@code
 * bias}, {@code running_mean}, {@code running_var} and {@code num_batches_tracked}. The layouts are
 * ONNX's, which are PyTorch's: {@code [O, I / groups, kh, kw]} and {@code [out, in]}. What PyTorch
 * has no module for goes by timm's names: a factor and a summand {@code alpha} and {@code beta}, a
 * factor alone by the name of the module, and how far a Cycle FC moves each channel {@code offset}.
 *
 * <p>A module that became several nodes gave its name to all of them, before a slash. How many
 * batches a BatchNorm has seen is not known to a graph and matters only to training that goes on
 * with a cumulative average: 0.
 */
public final class GraphStateDict {
  private final Graph graph;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** The constants that tensors are made of. */
  private final Set<String> constants = new LinkedHashSet<>();

  private GraphStateDict(Graph graph) {
    this.graph = graph;
  }

  /**
   * The state dict, in the order of the nodes.
   *
   * @throws BadInputException naming a node whose parameters no module of PyTorch holds so
   */
  public static Map<String, Tensor> of(Graph graph) {
    return new GraphStateDict(graph).tensors();
  }

  /**
   * The state dict, each tensor in the shape that its module has for it, which differs where a
   * graph says otherwise what a module computes: a dense layer over channels is a convolution, of
   * {@code [out, in, 1, 1]}.
   *
   * @param shapes by name, of those that are known
   * @throws BadInputException naming a node whose parameters no module of PyTorch holds so
   */
  public static Map<String, Tensor> of(Graph graph, Map<String, Shape> shapes) {
    Map<String, Tensor> tensors = of(graph);
    tensors.replaceAll(
        (name, tensor) ->
            Optional.ofNullable(shapes.get(name))
                .filter(shape -> longAxes(shape).equals(longAxes(tensor.shape())))
                .map(tensor::reshape)
                .orElse(tensor));
    return tensors;
  }

  /** The sizes of the axes that have more than one element. */
  private static List<Long> longAxes(Shape shape) {
    return LongStream.of(shape.toArray()).filter(size -> size != 1).boxed().toList();
  }

  private Map<String, Tensor> tensors() {
    Map<String, List<Node>> modules = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      modules.computeIfAbsent(module(node.name()), name -> new ArrayList<>()).add(node);
    }
    modules.forEach((module, nodes) -> nodes.forEach(node -> add(module, node, nodes)));
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof Operator.Constant && !constants.contains(node.name())) {
        throw unknown(node);
      }
    }
    return tensors;
  }

  private static String module(String node) {
    return node.split("/", 2)[0];
  }

  private void add(String module, Node node, List<Node> nodes) {
    Operator operator = node.operator();
    if (operator instanceof Operator.Conv conv) {
      if (movesChannels(node, conv)) {
        add(node, module + ".offset", offsets(conv));
      } else {
        addLayer(node, module, conv.weight(), conv.bias());
      }
    } else if (operator instanceof Operator.Gemm gemm) {
      addLayer(node, module, gemm.weight(), gemm.bias());
    } else if (operator instanceof Operator.BatchNormalization norm) {
      addLayer(node, module, norm.scale(), Optional.of(norm.shift()));
      add(node, module + ".running_mean", norm.mean());
      add(node, module + ".running_var", norm.variance());
      add(node, module + ".num_batches_tracked", Tensor.of(Shape.of(), 0L));
    } else if (operator instanceof Operator.LayerNormalization norm) {
      addLayer(node, module, norm.scale(), norm.shift());
    } else if (operator instanceof Operator.MatMul) {
      constant(node, 0).ifPresent(matrix -> add(node, module + ".weight", matrix));
      constant(node, 1)
          .ifPresent(matrix -> add(node, module + ".weight", Layouts.transposed(matrix)));
    } else if (operator instanceof Operator.Mul) {
      String name = has(nodes, Operator.Add.class) ? module + ".alpha" : module;
      vector(node).ifPresent(factor -> add(node, name, factor));
    } else if (operator instanceof Operator.Add) {
      boolean isBias = has(nodes, Operator.MatMul.class);
      vector(node)
          .ifPresent(
              summand ->
                  add(
                      node,
                      module + (isBias ? ".bias" : ".beta"),
                      isBias ? summand.reshape(Shape.of(summand.size())) : summand));
    } else if (!(operator instanceof Operator.Constant) && !operator.parameters().isEmpty()) {
      throw unknown(node);
    }
  }

  private static BadInputException unknown(Node node) {
    return new BadInputException(
        "node '"
            + node.name()
            + "': expected a convolution, dense layer or normalization, as a checkpoint names their"
            + " parameters, found a "
            + node.operator().type());
  }

  private static boolean has(List<Node> nodes, Class<? extends Operator> kind) {
    return nodes.stream().anyMatch(node -> kind.isInstance(node.operator()));
  }

  /** An operand that is a constant of the node's own module. */
  private Optional<Tensor> constant(Node node, int operand) {
    String input = node.inputs().get(operand);
    Optional<Tensor> constant =
        graph.constant(input).filter(value -> module(input).equals(module(node.name())));
    constant.ifPresent(value -> constants.add(input));
    return constant;
  }

  /** The operand that is a constant of the module, but for a single number, which is code. */
  private Optional<Tensor> vector(Node node) {
    return constant(node, 0).or(() -> constant(node, 1)).filter(value -> value.size() > 1);
  }

  /** Whether a convolution beside another of its module reads each channel from a neighbour. */
  private static boolean movesChannels(Node node, Operator.Conv conv) {
    return node.name().endsWith("/shift")
        && conv.group() == conv.inputChannels()
        && conv.group() == conv.outputChannels()
        && conv.bias().isEmpty();
  }

  /** {@code [1, 2 C, 1, 1]}: how many rows and columns further each channel is read, in turn. */
  private static Tensor offsets(Operator.Conv conv) {
    int taps = conv.kernelHeight() * conv.kernelWidth();
    float[] offsets = new float[2 * conv.group()];
    for (int at = 0; at < conv.weight().size(); at++) {
      if (conv.weight().get(at) != 0) {
        int tap = at % taps;
        offsets[2 * (at / taps)] = tap / conv.kernelWidth() - conv.window().padTop();
        offsets[2 * (at / taps) + 1] = tap % conv.kernelWidth() - conv.window().padLeft();
      }
    }
    return Tensor.of(Shape.of(1, offsets.length, 1, 1), offsets);
  }

  private void addLayer(Node node, String module, Tensor weight, Optional<Tensor> bias) {
    add(node, module + ".weight", weight);
    bias.ifPresent(values -> add(node, module + ".bias", values));
  }

  private void add(Node node, String name, Tensor tensor) {
    if (tensors.put(name, tensor) != null) {
      throw new BadInputException(
          "node '" + node.name() + "': expected one tensor '" + name + "', found two");
    }
  }
}
