package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/** Shapes of a DL4J graph's inputs: stated by the user, or found from what takes them. */
final class InputShapes {
  private static final int LARGEST_MAP = 1024;

  private InputShapes() {}

  /** The shape of a type, the batch axis unknown. */
  static Shape of(String input, InputType type) {
    if (type instanceof InputType.InputTypeFeedForward flat) {
      return Shape.of(Shape.UNKNOWN, flat.getSize());
    } else if (type instanceof InputType.InputTypeConvolutionalFlat flat) {
      return Shape.of(Shape.UNKNOWN, flat.getFlattenedSize());
    } else if (type instanceof InputType.InputTypeConvolutional map
        && map.getFormat() == CNN2DFormat.NCHW) {
      return Shape.of(Shape.UNKNOWN, map.getChannels(), map.getHeight(), map.getWidth());
    }
    throw new BadInputException(
        "input '" + input + "': expected feed-forward or NCHW convolutional input, found " + type);
  }

  /**
   * The shapes of all inputs.
   *
   * @param stated those that are known
   * @param trial fails with a {@link BadInputException} where shapes do not fit the graph
   */
  static Map<String, Shape> complete(
      ComputationGraphConfiguration configuration,
      Map<String, Shape> stated,
      Consumer<Map<String, Shape>> trial) {
    Map<String, Shape> shapes = new HashMap<>();
    List<String> open = new ArrayList<>();
    for (String input : configuration.getNetworkInputs()) {
      Optional<Shape> known =
          Optional.ofNullable(stated.get(input)).or(() -> fromLayers(configuration, input));
      known.ifPresentOrElse(shape -> shapes.put(input, shape), () -> open.add(input));
    }
    if (open.size() > 1) {
      throw notStated(open.get(0), "nothing in the graph fixes it");
    }
    open.forEach(input -> shapes.put(input, search(configuration, input, shapes, trial)));
    return shapes;
  }

  private static Optional<Shape> fromLayers(
      ComputationGraphConfiguration configuration, String input) {
    return takers(configuration, input).stream()
        .map(InputShapes::fixedBy)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static List<LayerVertex> takers(
      ComputationGraphConfiguration configuration, String input) {
    return configuration.getVertexInputs().entrySet().stream()
        .filter(entry -> entry.getValue().contains(input))
        .map(entry -> configuration.getVertices().get(entry.getKey()))
        .filter(LayerVertex.class::isInstance)
        .map(LayerVertex.class::cast)
        .toList();
  }

  private static Optional<Shape> fixedBy(LayerVertex vertex) {
    Layer layer = vertex.getLayerConf().getLayer();
    if (vertex.getPreProcessor() instanceof FeedForwardToCnnPreProcessor map) {
      return map(map.getNumChannels(), map.getInputHeight(), map.getInputWidth());
    } else if (vertex.getPreProcessor() instanceof CnnToFeedForwardPreProcessor map) {
      return map(map.getNumChannels(), map.getInputHeight(), map.getInputWidth());
    } else if (vertex.getPreProcessor() == null && layer instanceof DenseLayer dense) {
      return Optional.of(Shape.of(Shape.UNKNOWN, dense.getNIn()));
    } else if (vertex.getPreProcessor() == null && layer instanceof BaseOutputLayer output) {
      return Optional.of(Shape.of(Shape.UNKNOWN, output.getNIn()));
    }
    return Optional.empty();
  }

  private static Optional<Shape> map(long channels, long height, long width) {
    return Optional.of(Shape.of(Shape.UNKNOWN, channels, height, width));
  }

  /** The only square map that fits. */
  private static Shape search(
      ComputationGraphConfiguration configuration,
      String input,
      Map<String, Shape> others,
      Consumer<Map<String, Shape>> trial) {
    long channels =
        takers(configuration, input).stream()
            .map(vertex -> vertex.getLayerConf().getLayer())
            .filter(ConvolutionLayer.class::isInstance)
            .mapToLong(layer -> ((ConvolutionLayer) layer).getNIn())
            .findFirst()
            .orElseThrow(() -> notStated(input, "nothing in the graph fixes it"));
    Shape found = null;
    for (int size = 1; size <= LARGEST_MAP; size++) {
      Shape candidate = Shape.of(Shape.UNKNOWN, channels, size, size);
      if (fits(input, candidate, others, trial)) {
        if (found != null) {
          throw notStated(input, "both " + found + " and " + candidate + " fit");
        }
        found = candidate;
      }
    }
    if (found == null) {
      throw notStated(input, "no square map up to " + LARGEST_MAP + " fits");
    }
    return found;
  }

  private static boolean fits(
      String input,
      Shape candidate,
      Map<String, Shape> others,
      Consumer<Map<String, Shape>> trial) {
    Map<String, Shape> shapes = new HashMap<>(others);
    shapes.put(input, candidate);
    try {
      trial.accept(shapes);
      return true;
    } catch (BadInputException e) {
      return false;
    }
  }

  private static BadInputException notStated(String input, String found) {
    return new BadInputException(
        "input '" + input + "': expected its shape to be stated, as " + found);
  }
}
