package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;

/**
 * The vertices that are the network's outputs, and the loss functions that the source has there. A
 * dense layer takes its loss into itself; behind any other output comes a layer that holds the loss
 * and computes nothing.
 */
final class NetworkOutputs {
  private final Graph graph;
  private final Map<String, ILossFunction> losses = new HashMap<>();

  /**
   * The outputs of a graph.
   *
   * @param source the DL4J graph from which it was made
   * @throws BadInputException if an output is an input or a constant, which no vertex computes
   */
  NetworkOutputs(Graph graph, Optional<Dl4jGraph> source) {
    this.graph = graph;
    for (String output : graph.outputs()) {
      if (graph.find(output).isEmpty()) {
        throw new BadInputException(
            "output '" + output + "' is an input, so it cannot be written as DL4J");
      } else if (graph.constant(output).isPresent()) {
        throw new BadInputException(
            "output '" + output + "' is a constant, so it cannot be written as DL4J");
      }
    }
    source.ifPresent(original -> findLosses(original.source().getConfiguration()));
  }

  private void findLosses(ComputationGraphConfiguration source) {
    for (int i = 0; i < graph.outputs().size(); i++) {
      GraphVertex vertex = source.getVertices().get(source.getNetworkOutputs().get(i));
      if (vertex instanceof LayerVertex layer) {
        String value = graph.outputs().get(i);
        loss(layer.getLayerConf().getLayer()).ifPresent(loss -> losses.put(value, loss));
      }
    }
  }

  private static Optional<ILossFunction> loss(Layer layer) {
    if (layer instanceof BaseOutputLayer output) {
      return Optional.of(output.getLossFn());
    } else if (layer instanceof LossLayer output) {
      return Optional.of(output.getLossFn());
    } else if (layer instanceof CnnLossLayer output) {
      return Optional.of(output.getLossFn());
    } else if (layer instanceof RnnLossLayer output) {
      return Optional.of(output.getLossFn());
    }
    return Optional.empty();
  }

  /** The loss functions by the value that is now the output. */
  Map<String, ILossFunction> losses() {
    return losses;
  }

  /**
   * Adds what the outputs need behind the vertices that compute them.
   *
   * @param plan the vertices so far
   * @return the vertices that are the outputs, each once, in order
   */
  List<String> complete(List<PlannedVertex> plan) {
    Set<String> holdingLoss = new HashSet<>();
    Set<String> taken = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (PlannedVertex vertex : plan) {
      vertex.layer().flatMap(NetworkOutputs::loss).ifPresent(l -> holdingLoss.add(vertex.name()));
      taken.addAll(vertex.inputs());
      names.add(vertex.name());
    }
    List<String> outputs = new ArrayList<>();
    for (String value : graph.outputs()) {
      Optional<Layer> loss = holdingLoss.contains(value) ? Optional.empty() : lossLayer(value);
      if (loss.isPresent()) {
        String name = unused(value + "/loss", names);
        plan.add(PlannedVertex.of(name, loss.get(), value, table -> {}));
        outputs.add(name);
      } else if (taken.contains(value) || outputs.contains(value)) {
        // DL4J's workspaces fail where one of several outputs is also an input of a vertex.
        String name = unused(value + "/output", names);
        plan.add(PlannedVertex.of(name, copy(), List.of(value)));
        outputs.add(name);
      } else {
        outputs.add(value);
      }
    }
    return outputs;
  }

  private static GraphVertex copy() {
    return new ElementWiseVertex(ElementWiseVertex.Op.Add);
  }

  private String unused(String wanted, Set<String> names) {
    String name = graph.freshName(wanted);
    return names.add(name) ? name : unused(wanted + "/2", names);
  }

  private Optional<Layer> lossLayer(String value) {
    ILossFunction loss = losses.get(value);
    if (loss == null) {
      return Optional.empty();
    }
    ActivationIdentity identity = new ActivationIdentity();
    return switch (graph.shape(value).rank()) {
      case 2 -> Optional.of(new LossLayer.Builder(loss).activation(identity).build());
      case 3 -> Optional.of(new RnnLossLayer.Builder(loss).activation(identity).build());
      case 4 -> Optional.of(new CnnLossLayer.Builder(loss).activation(identity).build());
      default -> Optional.empty();
    };
  }
}
