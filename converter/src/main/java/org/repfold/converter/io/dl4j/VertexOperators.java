package org.repfold.converter.io.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/** The operators that DL4J's own vertices and preprocessors stand for. */
final class VertexOperators {
  private VertexOperators() {}

  /**
   * Adds the vertex's operators.
   *
   * @return the name of the value that the vertex computes
   * @throws UnsupportedVertexException naming vertex and class, if the vertex is not supported
   */
  static String describe(VertexBuilder vertex, GraphVertex configuration) {
    if (configuration instanceof SelfDescribing own) {
      return own.describe(vertex);
    } else if (configuration instanceof LayerVertex layer) {
      String input = preprocessed(vertex, layer.getPreProcessor());
      return LayerOperators.describe(vertex.taking(input), layer.getLayerConf().getLayer());
    } else if (configuration instanceof ElementWiseVertex elementWise) {
      return elementWise(vertex, elementWise.getOp());
    } else if (configuration instanceof PreprocessorVertex preprocessor) {
      return preprocessed(vertex, preprocessor.getPreProcessor());
    } else if (configuration instanceof ReshapeVertex reshape) {
      return reshaped(vertex, reshape);
    }
    throw unsupported(vertex, configuration);
  }

  static UnsupportedVertexException unsupported(VertexBuilder vertex, Object configuration) {
    return unsupported(vertex, configuration.getClass().getName());
  }

  static UnsupportedVertexException unsupported(VertexBuilder vertex, String what) {
    return new UnsupportedVertexException(
        "vertex '" + vertex.name() + "': " + what + " is not supported yet");
  }

  /** A chain of binary operators, in DL4J's order of evaluation. */
  private static String elementWise(VertexBuilder vertex, ElementWiseVertex.Op op) {
    Operator operator =
        switch (op) {
          case Add -> new Operator.Add();
          case Product -> new Operator.Mul();
          case Subtract, Average, Max -> throw unsupported(vertex, "ElementWiseVertex " + op);
        };
    String result = vertex.inputs().get(0);
    for (String next : vertex.inputs().subList(1, vertex.inputs().size())) {
      result = vertex.add(operator.type().toLowerCase(Locale.ROOT), operator, result, next);
    }
    return result;
  }

  private static String reshaped(VertexBuilder vertex, ReshapeVertex reshape) {
    if (reshape.getReshapeOrder() != 'c') {
      throw unsupported(vertex, "ReshapeVertex in order '" + reshape.getReshapeOrder() + "'");
    }
    long[] shape = Arrays.stream(reshape.getNewShape()).asLongStream().toArray();
    return vertex.add("reshape", Movement.Reshape.to(shape), vertex.input());
  }

  private static String preprocessed(VertexBuilder vertex, InputPreProcessor preprocessor) {
    String input = vertex.input();
    if (preprocessor == null) {
      return input;
    } else if (preprocessor instanceof SelfDescribing own) {
      return own.describe(vertex);
    } else if (preprocessor instanceof CnnToFeedForwardPreProcessor flatten
        && flatten.getFormat() == CNN2DFormat.NCHW) {
      return flattened(vertex, flatten);
    } else if (preprocessor instanceof FeedForwardToCnnPreProcessor map) {
      List<Long> expected =
          List.of(Shape.UNKNOWN, map.getNumChannels(), map.getInputHeight(), map.getInputWidth());
      return vertex.shape(input).equals(Shape.of(expected))
          ? input
          : vertex.add("reshape", new Movement.Reshape(expected), input);
    }
    throw unsupported(vertex, preprocessor);
  }

  private static String flattened(VertexBuilder vertex, CnnToFeedForwardPreProcessor flatten) {
    String input = vertex.input();
    Shape found = vertex.shape(input);
    if (found.rank() == 2) {
      return input;
    }
    Shape expected =
        Shape.of(
            Shape.UNKNOWN,
            flatten.getNumChannels(),
            flatten.getInputHeight(),
            flatten.getInputWidth());
    if (!found.equals(expected)) {
      throw new BadInputException(
          "vertex '%s': expected maps of shape %s, found %s"
              .formatted(vertex.name(), expected, found));
    }
    return vertex.add("flatten", new Movement.Flatten(), input);
  }
}
