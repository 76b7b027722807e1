package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/** Finds the vertices of a DL4J graph that a graph made from it still contains as they were. */
final class UnchangedVertices {
  private final Dl4jGraph source;
  private final Graph graph;

  UnchangedVertices(Dl4jGraph source, Graph graph) {
    this.source = source;
    this.graph = graph;
  }

  /**
   * The vertex as it was, on its new inputs; empty where one of its nodes has changed or where it
   * has another layout than the graph. An activation on its own is never kept, so that it can
   * become part of the layer before it.
   */
  Optional<PlannedVertex> find(String vertex) {
    List<String> names = source.vertexNodes().get(vertex);
    GraphVertex configuration = source.source().getConfiguration().getVertices().get(vertex);
    List<String> takes = source.source().getConfiguration().getVertexInputs().get(vertex);
    if (names.isEmpty()
        || isActivation(configuration)
        || source.rearranged().contains(vertex)
        || takes.stream().anyMatch(source.rearranged()::contains)) {
      return Optional.empty();
    }
    Map<String, String> counterparts = new HashMap<>();
    Set<String> inner = new HashSet<>(names);
    for (String name : names) {
      if (!isUnchanged(name, inner, counterparts)
          || !name.equals(vertex) && !isUsedInsideOnly(name, inner)) {
        return Optional.empty();
      }
    }
    List<String> inputs = new ArrayList<>();
    for (String input : takes) {
      inputs.add(counterparts.get(source.values().get(input)));
    }
    if (inputs.contains(null)) {
      return Optional.empty();
    }
    return Optional.of(
        new PlannedVertex(
            vertex,
            inputs,
            new PlannedVertex.OfVertex(configuration.clone()),
            table -> copyParameters(vertex, table)));
  }

  private static boolean isActivation(GraphVertex configuration) {
    return configuration instanceof LayerVertex layer
        && layer.getLayerConf().getLayer() instanceof ActivationLayer;
  }

  private boolean isUnchanged(String name, Set<String> inner, Map<String, String> counterparts) {
    Node before = source.graph().find(name).orElseThrow();
    Optional<Node> found = graph.find(name);
    if (found.isEmpty()
        || found.get().inputs().size() != before.inputs().size()
        || !sameOperator(before.operator(), found.get().operator())) {
      return false;
    }
    for (int i = 0; i < before.inputs().size(); i++) {
      String old = before.inputs().get(i);
      String now = found.get().inputs().get(i);
      if (inner.contains(old) ? !old.equals(now) : !corresponds(old, now, counterparts)) {
        return false;
      }
    }
    return true;
  }

  private boolean corresponds(String old, String now, Map<String, String> counterparts) {
    String known = counterparts.putIfAbsent(old, now);
    return (known == null || known.equals(now))
        && source.graph().shape(old).equals(graph.shape(now));
  }

  private boolean isUsedInsideOnly(String name, Set<String> inner) {
    return !graph.isOutput(name)
        && graph.consumers(name).stream().allMatch(consumer -> inner.contains(consumer.name()));
  }

  private static boolean sameOperator(Operator before, Operator now) {
    return before.equals(now)
        || before.getClass() == now.getClass() && widened(before).equals(widened(now));
  }

  private static Operator widened(Operator operator) {
    return operator.mapParameters(
        tensor -> tensor.type() == ElementType.FLOAT32 ? tensor.to(ElementType.FLOAT64) : tensor);
  }

  private void copyParameters(String vertex, Map<String, INDArray> table) {
    source
        .source()
        .getVertex(vertex)
        .paramTable(false)
        .forEach((key, array) -> table.get(key).assign(array));
  }
}
