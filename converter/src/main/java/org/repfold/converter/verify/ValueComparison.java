package org.repfold.converter.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.fold.Folding;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.Scratch;

/**
 * Runs both forms over the probes and compares every value that both compute: in float64 (question
 * 1), and, on inputs of ordinary size, in float32 against the float64 truth.
 */
final class ValueComparison {
  /** Memory for the values kept of one run. */
  private static final long KEPT_BYTES = 64L << 20;

  private final Graph source;
  private final Graph folded;
  private final Graph shipped;
  private final Inputs inputs;
  private final List<ValuePair> pairs;
  private long values;

  ValueComparison(Folding folding, Graph shipped) {
    this.source = folding.source();
    this.folded = folding.folded();
    this.shipped = shipped;
    this.inputs = new Inputs(source);
    this.pairs = ValuePair.of(folding);
  }

  /** The pairs compared, in the deploy form's order. */
  List<ValuePair> pairs() {
    return pairs;
  }

  /** How many numbers were compared in float64. */
  long values() {
    return values;
  }

  /**
   * Compares on a probe.
   *
   * @param float32 whether also in float32
   * @return the truth at the outputs, sample by sample
   */
  double[] run(Probe probe, boolean float32) {
    double[] outputs = {};
    int turn = (int) Math.max(1, Math.min(probe.samples(), KEPT_BYTES / bytesPerSample()));
    for (int first = 0; first < probe.samples(); first += turn) {
      int count = Math.min(turn, probe.samples() - first);
      List<INDArray> batch = inputs.batch(probe, first, count);
      Map<String, Tensor> truth = compareExact(probe.kind(), batch);
      if (float32) {
        compareRounded(truth, batch);
      }
      List<double[]> parts =
          source.outputs().stream().map(output -> truth.get(output).toDoubles()).toList();
      outputs = joined(outputs, Inputs.perSample(parts, count));
      batch.forEach(INDArray::close);
    }
    return outputs;
  }

  private static double[] joined(double[] first, double[] second) {
    double[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private long bytesPerSample() {
    long elements = 1;
    for (String name : names(source)) {
      long product = 1;
      for (long dimension : source.shape(name).toArray()) {
        product *= dimension == Shape.UNKNOWN ? 1 : dimension;
      }
      elements += product;
    }
    return elements * Double.BYTES;
  }

  /** Gives the truth of every value, out of the heap where it is large. */
  private Map<String, Tensor> compareExact(String kind, List<INDArray> batch) {
    Map<String, Tensor> truth = new HashMap<>();
    visit(
        source,
        ElementType.FLOAT64,
        batch,
        (name, array) ->
            truth.put(
                name, Scratch.keep(Tensor.of(Shape.of(array.shape()), NdArrays.toDoubles(array)))));
    Map<ValuePair, ValuePair.Difference> differences = new HashMap<>();
    visitPairs(
        folded,
        ElementType.FLOAT64,
        batch,
        pair -> pair.node,
        (pair, found) -> {
          double[] expected = truth.get(pair.sourceNode).toDoubles();
          requireSameLength(pair.node, expected, found);
          values += found.length;
          differences.put(pair, pair.difference(expected, found));
        });
    boolean suspicious =
        differences.entrySet().stream().anyMatch(e -> e.getKey().isSuspicious(e.getValue()));
    Map<String, Double> conditionBounds = suspicious ? conditionBounds(truth, batch) : Map.of();
    for (ValuePair pair : pairs) {
      pair.record(
          kind,
          truth.get(pair.sourceNode).shape().toArray(),
          differences.get(pair),
          conditionBounds.getOrDefault(pair.sourceNode, 0.0));
    }
    return truth;
  }

  /**
   * How far each value of the train form itself moves when every element of the input and of the
   * parameters moves by one rounding, times {@link AlgebraBound#CONDITION}. No float64 computation
   * of an ill-conditioned value is better than that, the train form's own included. By chance
   * alone, what moves an element may cancel there; so the largest of several draws counts.
   */
  private Map<String, Double> conditionBounds(Map<String, Tensor> truth, List<INDArray> batch) {
    Map<String, Double> bounds = new HashMap<>();
    for (int draw = 0; draw < AlgebraBound.DRAWS; draw++) {
      visitMoved(
          draw,
          batch,
          (name, array) -> {
            double change = largestChange(truth.get(name).toDoubles(), NdArrays.toDoubles(array));
            bounds.merge(name, AlgebraBound.CONDITION * change, Math::max);
          });
    }
    return bounds;
  }

  /** The train form's values with every element of the input and of the parameters moved. */
  private void visitMoved(int draw, List<INDArray> batch, BiConsumer<String, INDArray> visitor) {
    List<INDArray> inputs =
        batch.stream().map(array -> NdArrays.of(neighbour(array, draw), array.shape())).toList();
    Graph neighbour =
        source.mapOperators(
            operator -> operator.mapParameters(tensor -> Neighbours.of(tensor, draw)));
    visit(neighbour, ElementType.FLOAT64, inputs, names(source), visitor);
    inputs.forEach(NdArrays::release);
  }

  private static double[] neighbour(INDArray array, int draw) {
    return Neighbours.of(NdArrays.toDoubles(array), draw);
  }

  /** Relative to the largest magnitude; 0 where something is not finite. */
  private static double largestChange(double[] expected, double[] found) {
    double change = 0;
    for (int i = 0; i < expected.length; i++) {
      change = Math.max(change, Math.abs(found[i] - expected[i]));
    }
    double relative = change / ValuePair.largest(expected);
    return Double.isFinite(relative) ? relative : 0;
  }

  private void compareRounded(Map<String, Tensor> truth, List<INDArray> batch) {
    visitPairs(
        source,
        ElementType.FLOAT32,
        batch,
        pair -> pair.sourceNode,
        (pair, found) -> {
          double[] expected = truth.get(pair.sourceNode).toDoubles();
          requireSameLength(pair.sourceNode, expected, found);
          pair.compareTrain(expected, found);
        });
    visitPairs(
        shipped,
        ElementType.FLOAT32,
        batch,
        pair -> pair.node,
        (pair, found) -> {
          Tensor expected = truth.get(pair.sourceNode);
          if (found.length == expected.size()) {
            pair.compareDeploy(expected.toDoubles(), found);
          }
        });
  }

  private static void requireSameLength(String name, double[] expected, double[] found) {
    if (found.length != expected.length) {
      throw new IllegalStateException(
          "value '"
              + name
              + "': expected "
              + expected.length
              + " elements as in the train form, found "
              + found.length);
    }
  }

  /** Hands over the value of each pair in one of the forms. */
  private void visitPairs(
      Graph graph,
      ElementType type,
      List<INDArray> batch,
      Function<ValuePair, String> nameOf,
      BiConsumer<ValuePair, double[]> visitor) {
    Map<String, List<ValuePair>> byName = pairs.stream().collect(Collectors.groupingBy(nameOf));
    visit(
        graph,
        type,
        batch,
        (name, array) -> {
          double[] elements = NdArrays.toDoubles(array);
          byName.getOrDefault(name, List.of()).forEach(pair -> visitor.accept(pair, elements));
        });
  }

  private void visit(
      Graph graph, ElementType type, List<INDArray> batch, BiConsumer<String, INDArray> visitor) {
    visit(graph, type, batch, names(graph), visitor);
  }

  private static void visit(
      Graph graph,
      ElementType type,
      List<INDArray> batch,
      Set<String> names,
      BiConsumer<String, INDArray> visitor) {
    Map<String, INDArray> byName = new HashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      byName.put(graph.inputs().get(i).name(), batch.get(i));
    }
    new ReferenceExecutor(graph, type).visit(byName, names, visitor);
  }

  private Set<String> names(Graph graph) {
    List<String> names = new ArrayList<>();
    for (ValuePair pair : pairs) {
      names.add(graph == source ? pair.sourceNode : pair.node);
    }
    names.addAll(graph == source ? source.outputs() : List.of());
    names.removeIf(name -> graph.find(name).isEmpty() && !graph.isInput(name));
    return new LinkedHashSet<>(names);
  }
}
