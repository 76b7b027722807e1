package org.repfold.converter.io.dl4j;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@code MultiLayerNetwork} as a {@code ComputationGraph} of one vertex for each layer, whose
 * parameters lie in the same order. Unlike DL4J's own {@code toComputationGraph} this needs no
 * updater and no valid output layer, and keeps the layers' names.
 */
final class LayerSequence {
  private static final String INPUT = "input";

  private LayerSequence() {}

  /** The network, which stays as it is, its parameters copied. */
  static ComputationGraph toGraph(MultiLayerNetwork network) {
    ComputationGraph graph = new ComputationGraph(toGraph(network.getLayerWiseConfigurations()));
    INDArray parameters = network.params();
    graph.init(parameters == null || parameters.isEmpty() ? null : parameters.dup(), false);
    return graph;
  }

  /**
   * The configuration; the original stays as it is.
   *
   * @throws RuntimeException of DL4J, if there is no layer
   */
  static ComputationGraphConfiguration toGraph(MultiLayerConfiguration original) {
    MultiLayerConfiguration layers = original.clone();
    List<String> names = names(layers.getConfs());
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(layers.getDataType())
            .graphBuilder()
            .validateOutputLayerConfig(false)
            .addInputs(INPUT);
    String previous = INPUT;
    for (int i = 0; i < names.size(); i++) {
      NeuralNetConfiguration layer = layers.getConf(i);
      layer.getLayer().setLayerName(names.get(i));
      LayerVertex vertex = new LayerVertex(layer, layers.getInputPreProcess(i));
      builder.addVertex(names.get(i), vertex, previous);
      previous = names.get(i);
    }
    ComputationGraphConfiguration graph = builder.setOutputs(previous).build();
    graph.getVertices().values().forEach(vertex -> vertex.setDataType(graph.getDataType()));
    return graph;
  }

  /** The layers' own names, or numbers where those do not tell the layers apart. */
  private static List<String> names(List<NeuralNetConfiguration> layers) {
    List<String> own = layers.stream().map(layer -> layer.getLayer().getLayerName()).toList();
    Set<String> distinct = new HashSet<>(own);
    boolean usable =
        own.stream().allMatch(Objects::nonNull)
            && distinct.size() == own.size()
            && !distinct.contains(INPUT);
    return usable ? own : IntStream.range(0, own.size()).mapToObj(i -> "layer" + i).toList();
  }
}
