package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * The affine function that a graph of affine operators computes, written out as a matrix and a
 * shift, one row at a time: going back from one element of an output, each operator spreads its
 * result's factors over its operands. A row costs as many multiplications as there are ways from
 * the inputs to the element, so what is 0 by structure costs nothing, and no more than the values
 * of one sample is ever held. Not thread-safe.
 */
final class AffineFunction {
  private final Map<String, Row> rows = new HashMap<>();
  private final List<Row> inputs = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private double shift;
  private double shiftMagnitude;
  private int shiftRoundings;

  private record Way(Row operand, Pullback pullback) {}

  private record Step(Row result, List<Way> ways, Optional<Steps.Shift> shift) {}

  /**
   * @param graph all of whose shapes are known and all of whose operators are affine
   */
  AffineFunction(Graph graph) {
    for (Input input : graph.inputs()) {
      Row row = new Row(Math.toIntExact(input.shape().elements()));
      rows.put(input.name(), row);
      inputs.add(row);
    }
    Steps operators = new Steps(graph);
    for (Node node : graph.nodes()) {
      if (isFactor(graph, node)) {
        continue;
      }
      List<Steps.Operand> operands = operators.operands(node);
      Row result = sameAs(graph, node, operands).map(rows::get).orElse(null);
      if (result == null) {
        result = new Row(Math.toIntExact(graph.shape(node.name()).elements()));
        List<Way> ways =
            operands.stream()
                .map(operand -> new Way(rows.get(operand.value()), operand.pullback()))
                .toList();
        steps.add(0, new Step(result, ways, operators.shift(node)));
      }
      rows.put(node.name(), result);
    }
  }

  /** The operand whose elements are the node's, in the same order. */
  private static Optional<String> sameAs(Graph graph, Node node, List<Steps.Operand> operands) {
    if (Steps.isSame(node.operator())) {
      return Optional.of(node.input());
    }
    return node.operator() instanceof Movement.Transpose
            && operands.get(0).pullback() instanceof Picks picks
            && picks.changesNothing()
        ? Optional.of(node.input())
        : Optional.empty();
  }

  /** Whether a node is a constant that others are multiplied by, and nothing else. */
  private static boolean isFactor(Graph graph, Node node) {
    return node.operator() instanceof Operator.Constant
        && !graph.isOutput(node.name())
        && graph.consumers(node.name()).stream()
            .allMatch(consumer -> Steps.isFactor(graph, consumer, node.name()));
  }

  /**
   * Writes out a row, in place of the one before.
   *
   * @return the number of multiplications
   */
  long write(String output, int element) {
    inputs.forEach(Row::clear);
    shift = 0;
    shiftMagnitude = 0;
    shiftRoundings = 0;
    rows.get(output).start(element);
    long multiplications = 0;
    for (Step step : steps) {
      Row result = step.result();
      if (result.blocks() > 0) {
        step.shift().ifPresent(added -> add(result, added));
        for (Way way : step.ways()) {
          multiplications += way.pullback().pull(result, way.operand());
          int terms = Math.min(way.pullback().terms(), result.blocks() * Row.BLOCK);
          way.operand().rounded(result.roundings(), terms);
        }
        result.clear();
      }
    }
    return multiplications;
  }

  private void add(Row result, Steps.Shift added) {
    for (int block = 0; block < result.blocks(); block++) {
      for (int i = result.from(block); i < result.to(block); i++) {
        shift += result.factors[i] * added.values()[i];
        shiftMagnitude += result.magnitudes[i] * added.magnitudes()[i];
      }
    }
    shiftRoundings = Math.max(shiftRoundings, result.roundings() + 1) + result.blocks() * Row.BLOCK;
  }

  /** The row's factors of an input, in the graph's order. */
  Row input(int number) {
    return inputs.get(number);
  }

  /** What the element is where all inputs are 0. */
  double shift() {
    return shift;
  }

  double shiftMagnitude() {
    return shiftMagnitude;
  }

  int shiftRoundings() {
    return shiftRoundings;
  }

  /**
   * The bytes that a function of this graph takes while it is written out, within a factor of 2.
   */
  static long bytes(Graph graph) {
    long elements =
        graph.nodes().stream()
                .filter(node -> !isFactor(graph, node))
                .mapToLong(node -> graph.shape(node.name()).elements())
                .sum()
            + graph.inputs().stream().mapToLong(input -> input.shape().elements()).sum();
    return Math.multiplyExact(elements, 4L * Double.BYTES);
  }
}
