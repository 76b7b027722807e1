package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

/**
 * A fold as two affine graphs. Whatever is not affine in it is taken for a function of which
 * nothing is known but that it gives equal results for equal operands: if the operands of the
 * functions of both sides are equal for all inputs, so are their results, and each is one more
 * input of the rest. (In logic this is congruence: uninterpreted functions.)
 *
 * @param before what the fold took away
 * @param after what it put in its place; of the same inputs
 * @param outputs what must be equal, in the order of computation
 */
record CutFold(Graph before, Graph after, List<Pair> outputs) {

  /**
   * Two values that must be equal for all inputs.
   *
   * @param function the node of the function that takes them; null for a result of the fold
   */
  record Pair(String before, String after, String function) {}

  /**
   * Cuts both sides.
   *
   * @throws NotProvable if the sides do not have the same functions
   */
  static CutFold of(Graph before, Graph after) throws NotProvable {
    Side left = Side.of(before);
    Side right = Side.of(after);
    Map<String, Input> leftResults = new HashMap<>();
    Map<String, Input> rightResults = new HashMap<>();
    List<Input> results = new ArrayList<>();
    List<Pair> outputs = new ArrayList<>();
    List<Side.Function> open = new ArrayList<>(left.functions());
    for (Side.Function function : right.functions()) {
      Side.Function same =
          open.stream()
              .filter(other -> isSame(left, other, right, function))
              .min(Comparator.comparing(other -> !other.node().equals(function.node())))
              .orElseThrow(() -> new NotProvable(alone(function, "after")));
      open.remove(same);
      Input result = new Input(resultOf(same.node()), left.graph().shape(same.node()));
      results.add(result);
      leftResults.put(same.node(), result);
      rightResults.put(function.node(), result);
      for (int i = 0; i < same.operands().size(); i++) {
        outputs.add(new Pair(same.operands().get(i), function.operands().get(i), same.node()));
      }
    }
    if (!open.isEmpty()) {
      throw new NotProvable(alone(open.get(0), "before"));
    }
    for (int i = 0; i < before.outputs().size(); i++) {
      outputs.add(new Pair(before.outputs().get(i), after.outputs().get(i), null));
    }
    return new CutFold(
        left.cut(leftResults, results), right.cut(rightResults, results), List.copyOf(outputs));
  }

  /** The name of the input that stands for a function's result. */
  static String resultOf(String function) {
    return "the result of " + function;
  }

  private static String alone(Side.Function function, String side) {
    return "'"
        + function.node()
        + "' ("
        + function.operator().type()
        + ") is not linear, and only the form "
        + side
        + " the fold has it";
  }

  /**
   * Whether both are one function of their operands. Where it takes each element alone, axes do not
   * matter.
   */
  private static boolean isSame(Side left, Side.Function first, Side right, Side.Function second) {
    Operator operator = first.operator();
    if (!operator.equals(second.operator())) {
      return false;
    }
    if (operator instanceof Unary) {
      return true;
    }
    for (int i = 0; i < first.operands().size(); i++) {
      if (!left.graph()
          .shape(first.operands().get(i))
          .equals(right.graph().shape(second.operands().get(i)))) {
        return false;
      }
    }
    return true;
  }
}
