package org.repfold.graph.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/**
 * Finds the exact GELU where an exporter that has no operator for it wrote it out: the product of
 * {@code x}, {@code 1/2} and {@code 1 + erf(x / sqrt(2))}, in any order. The constants are those of
 * the definition (Hendrycks and Gimpel 2016) rounded to float32, so reading them as the definition
 * says is more exact than the file can be.
 */
final class GeluForms {
  private static final double ROOT = Math.sqrt(2);
  private static final double INVERSE_ROOT = Math.sqrt(0.5);

  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, Integer> uses = new HashMap<>();

  private GeluForms(List<Node> all) {
    for (Node node : all) {
      nodes.put(node.name(), node);
      node.inputs().forEach(input -> uses.merge(input, 1, Integer::sum));
    }
  }

  /** The nodes, the last one of each GELU replaced; those before it may now be of no use. */
  static List<Node> found(List<Node> nodes) {
    GeluForms forms = new GeluForms(nodes);
    return nodes.stream().map(node -> forms.gelu(node).orElse(node)).toList();
  }

  private Optional<Node> gelu(Node product) {
    if (!(product.operator() instanceof Operator.Mul)) {
      return Optional.empty();
    }
    for (int inner = 0; inner < 2; inner++) {
      String outside = product.inputs().get(1 - inner);
      Optional<Node> inside =
          find(product.inputs().get(inner), Operator.Mul.class)
              .filter(node -> uses.get(node.name()) == 1);
      if (inside.isPresent()) {
        List<String> factors = new ArrayList<>(inside.get().inputs());
        factors.add(outside);
        Optional<String> argument = argument(factors);
        if (argument.isPresent()) {
          return Optional.of(new Node(product.name(), new Unary.Gelu(), argument.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** What the factors are the GELU of. */
  private Optional<String> argument(List<String> factors) {
    for (String factor : factors) {
      Optional<String> argument = argumentOfError(factor);
      List<String> others = new ArrayList<>(factors);
      others.remove(factor);
      if (argument.isPresent()
          && others.remove(argument.get())
          && others.stream().allMatch(other -> is(other, 0.5))) {
        return argument;
      }
    }
    return Optional.empty();
  }

  /** The {@code x} of {@code 1 + erf(x / sqrt(2))}. */
  private Optional<String> argumentOfError(String value) {
    return find(value, Operator.Add.class)
        .flatMap(sum -> besides(sum, 1))
        .flatMap(error -> find(error, Unary.Erf.class))
        .map(Node::input)
        .flatMap(
            scaled ->
                find(scaled, Operator.Div.class)
                    .filter(division -> is(division.inputs().get(1), ROOT))
                    .map(Node::input)
                    .or(
                        () ->
                            find(scaled, Operator.Mul.class)
                                .flatMap(scaling -> besides(scaling, INVERSE_ROOT))));
  }

  /** The operand of a sum or product whose other one is that number. */
  private Optional<String> besides(Node node, double number) {
    String left = node.inputs().get(0);
    String right = node.inputs().get(1);
    return is(right, number)
        ? Optional.of(left)
        : Optional.of(right).filter(operand -> is(left, number));
  }

  private Optional<Node> find(String value, Class<? extends Operator> type) {
    return Optional.ofNullable(nodes.get(value)).filter(node -> type.isInstance(node.operator()));
  }

  /** Whether a value is one number, and that one as float32 has it. */
  private boolean is(String value, double number) {
    return find(value, Operator.Constant.class)
        .map(node -> ((Operator.Constant) node.operator()).value())
        .filter(tensor -> isOne(tensor, number))
        .isPresent();
  }

  private static boolean isOne(Tensor tensor, double number) {
    return tensor.size() == 1
        && tensor.shape().rank() <= 1
        && (float) tensor.get(0) == (float) number;
  }
}
