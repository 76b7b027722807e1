package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
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
    } else if (type instanceof InputType.InputTypeConvolutional map) {
      long channels = map.getChannels();
      return map.getFormat() == CNN2DFormat.NHWC
          ? Shape.of(Shape.UNKNOWN, map.getHeight(), map.getWidth(), channels)
          : Shape.of(Shape.UNKNOWN, channels, map.getHeight(), map.getWidth());
    } else if (type instanceof InputType.InputTypeRecurrent series) {
      return timeSeries(input, series);
    } else if (type instanceof InputType.InputTypeConvolutional3D volume) {
      return volume(volume);
    }
    throw new BadInputException("input '" + input + "': expected another type than " + type);
  }

  private static Shape timeSeries(String input, InputType.InputTypeRecurrent series) {
    long steps = series.getTimeSeriesLength();
    if (steps < 1) {
      throw notStated(input, "the number of time steps is part of it");
    }
    return series.getFormat() == RNNFormat.NWC
        ? Shape.of(Shape.UNKNOWN, steps, series.getSize())
        : Shape.of(Shape.UNKNOWN, series.getSize(), steps);
  }

  private static Shape volume(InputType.InputTypeConvolutional3D volume) {
    long channels = volume.getChannels();
    long depth = volume.getDepth();
    long height = volume.getHeight();
    long width = volume.getWidth();
    return volume.getDataFormat() == Convolution3D.DataFormat.NDHWC
        ? Shape.of(Shape.UNKNOWN, depth, height, width, channels)
        : Shape.of(Shape.UNKNOWN, channels, depth, height, width);
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
    if (vertex.getPreProcessor() instanceof FeedForwardToCnnPreProcessor map) {
      return map(map.getNumChannels(), map.getInputHeight(), map.getInputWidth());
    } else if (vertex.getPreProcessor() instanceof CnnToFeedForwardPreProcessor map) {
      long height = map.getInputHeight();
      long width = map.getInputWidth();
      return map.getFormat() == CNN2DFormat.NHWC
          ? map(height, width, map.getNumChannels())
          : map(map.getNumChannels(), height, width);
    } else if (vertex.getPreProcessor() != null) {
      return Optional.empty();
    }
    Layer layer = LayerOperators.unwrapped(vertex.getLayerConf().getLayer());
    if (layer instanceof DenseLayer dense) {
      return Optional.of(Shape.of(Shape.UNKNOWN, dense.getNIn()));
    } else if (layer instanceof BaseOutputLayer output && !(layer instanceof RnnOutputLayer)) {
      return Optional.of(Shape.of(Shape.UNKNOWN, output.getNIn()));
    }
    return Optional.empty();
  }

  private static Optional<Shape> map(long first, long second, long third) {
    return Optional.of(Shape.of(Shape.UNKNOWN, first, second, third));
  }

  /** The only square map that fits. */
  private static Shape search(
      ComputationGraphConfiguration configuration,
      String input,
      Map<String, Shape> others,
      Consumer<Map<String, Shape>> trial) {
    ConvolutionLayer layer =
        takers(configuration, input).stream()
            .map(vertex -> LayerOperators.unwrapped(vertex.getLayerConf().getLayer()))
            .filter(ConvolutionLayer.class::isInstance)
            .map(ConvolutionLayer.class::cast)
            .findFirst()
            .orElseThrow(() -> notStated(input, "nothing in the graph fixes it"));
    if (layer instanceof Convolution1DLayer || layer instanceof Convolution3D) {
      throw notStated(input, "only the size of square maps can be found");
    }
    boolean channelsLast = layer.getCnn2dDataFormat() == CNN2DFormat.NHWC;
    Shape found = null;
    for (int size = 1; size <= LARGEST_MAP; size++) {
      Shape candidate =
          channelsLast
              ? Shape.of(Shape.UNKNOWN, size, size, layer.getNIn())
              : Shape.of(Shape.UNKNOWN, layer.getNIn(), size, size);
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
