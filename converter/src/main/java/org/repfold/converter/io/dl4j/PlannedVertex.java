package org.repfold.converter.io.dl4j;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;

/**
 * A DL4J vertex that is to be written.
 *
 * @param name its name, which is that of the value it computes
 * @param inputs names of the values it takes
 * @param configuration what it is
 * @param parameters fills its parameter table, where it has one
 */
record PlannedVertex(
    String name,
    List<String> inputs,
    Configuration configuration,
    Consumer<Map<String, INDArray>> parameters) {

  /** Either a layer on its own or a whole vertex. */
  sealed interface Configuration {}

  record OfLayer(Layer layer) implements Configuration {}

  record OfVertex(GraphVertex vertex) implements Configuration {}

  /** The layer that the vertex is; empty where it is none. */
  Optional<Layer> layer() {
    if (configuration instanceof OfLayer alone) {
      return Optional.of(alone.layer());
    }
    return ((OfVertex) configuration).vertex() instanceof LayerVertex whole
        ? Optional.of(whole.getLayerConf().getLayer())
        : Optional.empty();
  }

  static PlannedVertex of(String name, GraphVertex vertex, List<String> inputs) {
    return new PlannedVertex(name, inputs, new OfVertex(vertex), table -> {});
  }

  static PlannedVertex of(
      String name, Layer layer, String input, Consumer<Map<String, INDArray>> parameters) {
    return new PlannedVertex(name, List.of(input), new OfLayer(layer), parameters);
  }

  /** The tensor in native memory. */
  static INDArray array(Tensor tensor) {
    long[] shape = tensor.shape().toArray();
    return tensor.type() == ElementType.FLOAT32
        ? Nd4j.createFromArray(tensor.toFloats()).reshape(shape)
        : Nd4j.createFromArray(tensor.toDoubles()).reshape(shape);
  }
}
