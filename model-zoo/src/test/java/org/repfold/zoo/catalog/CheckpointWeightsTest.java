package org.repfold.zoo.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.repfold.graph.ElementType;
import org.repfold.graph.Elements;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Form;
import org.repfold.zoo.OfficialTensors;

class CheckpointWeightsTest {
  private static final Architecture TINY = Architecture.find("repmlpnet_demo");

  /** Numbers that are nowhere in memory. */
  private record Somewhere(int size) implements Elements {
    @Override
    public double get(int index) {
      return 1 + index % 7;
    }
  }

  private static Map<String, Tensor> tensors(ElementType type) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    OfficialTensors.of(TINY.configuration(), Form.TRAIN)
        .forEach((name, shape) -> tensors.put(name, Tensor.of(shape, type, numbers(shape))));
    return tensors;
  }

  private static Elements numbers(Shape shape) {
    return new Somewhere(Math.toIntExact(shape.elements()));
  }

  @Test
  void weightsOfACheckpointStayWhereTheyAre() {
    Graph graph = TINY.graph(Form.TRAIN, tensors(ElementType.FLOAT32));
    Set<Tensor> held = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Shape> shapes = new HashSet<>();
    graph
        .nodes()
        .forEach(
            node ->
                node.operator()
                    .parameters()
                    .values()
                    .forEach(
                        tensor -> {
                          shapes.add(tensor.shape());
                          if (!tensor.isView()) {
                            held.add(tensor);
                          }
                        }));
    assertFalse(shapes.isEmpty());
    // DL4J lays out the classifier and depthwise kernels in another order.
    assertTrue(
        held.stream().allMatch(t -> t.shape().rank() == 2 || t.shape().dimension(1) == 1),
        () -> "on the heap: " + held);
  }

  @Test
  void float64WeightsAreNotRounded() {
    Map<String, Tensor> tensors = tensors(ElementType.FLOAT32);
    tensors.replace("head.bias", Tensor.of(Shape.of(10), new double[10]));
    Graph graph = TINY.graph(Form.TRAIN, tensors);
    graph
        .nodes()
        .forEach(
            node ->
                node.operator()
                    .parameters()
                    .values()
                    .forEach(tensor -> assertEquals(ElementType.FLOAT64, tensor.type())));
  }
}
