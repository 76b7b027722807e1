package org.repfold.graph.onnx;

import java.util.ArrayList;
import java.util.List;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/** One of the operators that make up an ONNX node, with what it takes. */
record Step(Operator operator, List<Operand> operands) {

  sealed interface Operand permits Input, Before, Number {}

  /** One of the ONNX node's inputs. */
  record Input(int index) implements Operand {}

  /** What the step before it gives. */
  record Before() implements Operand {}

  /** Numbers that the node does not take as they are. */
  record Number(Tensor numbers) implements Operand {}

  /**
   * Operators one behind the other. The first takes as many of the node's inputs as it needs; each
   * other takes the value before it and, if it needs more than one, the next of the node's inputs.
   */
  static List<Step> chain(List<Operator> operators) {
    List<Step> steps = new ArrayList<>();
    int taken = 0;
    for (Operator operator : operators) {
      List<Operand> operands = new ArrayList<>();
      if (!steps.isEmpty()) {
        operands.add(new Before());
      }
      while (operands.size() < operator.arity()) {
        operands.add(new Input(taken++));
      }
      steps.add(new Step(operator, operands));
    }
    return steps;
  }
}
