package org.repfold.converter.io.dl4j;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** The parameters of a DL4J graph's vertices as tensors. */
final class Parameters {
  private final Map<String, Map<String, Tensor>> byVertex;

  /**
   * Takes tensors.
   *
   * @throws BadInputException if a number is not finite; the message names vertex, key and index
   */
  Parameters(Map<String, Map<String, Tensor>> byVertex) {
    this.byVertex = byVertex;
    byVertex.forEach(
        (vertex, tensors) -> tensors.forEach((key, tensor) -> requireFinite(vertex, key, tensor)));
  }

  /** Copies all parameters of a graph; throws as {@link #Parameters(Map)}. */
  static Parameters of(ComputationGraph source) {
    Map<String, Map<String, Tensor>> byVertex = new HashMap<>();
    for (GraphVertex vertex : source.getVertices()) {
      byVertex.put(vertex.getVertexName(), copy(vertex));
    }
    return new Parameters(byVertex);
  }

  /** The vertex's parameters by DL4J key, in DL4J's shapes. */
  Map<String, Tensor> of(String vertex) {
    return byVertex.getOrDefault(vertex, Map.of());
  }

  private static Map<String, Tensor> copy(GraphVertex vertex) {
    Map<String, INDArray> table = vertex.paramTable(false);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    if (table != null) {
      table.forEach((key, array) -> tensors.put(key, tensor(array)));
    }
    return tensors;
  }

  private static void requireFinite(String vertex, String key, Tensor tensor) {
    int index = tensor.firstNonFinite();
    if (index >= 0) {
      throw new BadInputException(
          "vertex '%s': %s[%d]: expected a finite number, found %s"
              .formatted(vertex, key, index, tensor.get(index)));
    }
  }

  private static Tensor tensor(INDArray array) {
    INDArray rowMajor = array.dup('c');
    Shape shape = Shape.of(array.shape());
    return array.dataType() == DataType.DOUBLE
        ? Tensor.of(shape, rowMajor.data().asDouble())
        : Tensor.of(shape, rowMajor.data().asFloat());
  }
}
