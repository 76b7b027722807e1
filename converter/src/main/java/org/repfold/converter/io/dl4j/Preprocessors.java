package org.repfold.converter.io.dl4j;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Shape;

/**
 * The operators that DL4J's input preprocessors stand for. DL4J lays the time steps of a series
 * into the batch axis step by step: row {@code t N + n} is step {@code t} of example {@code n}.
 */
final class Preprocessors {
  private Preprocessors() {}

  /** Adds the preprocessor, if there is one; empty where no operators are the same. */
  static Optional<Value> describe(
      VertexBuilder vertex, Value input, InputPreProcessor preprocessor) {
    if (preprocessor == null) {
      return Optional.of(input);
    } else if (preprocessor instanceof SelfDescribing own) {
      return Optional.of(input.named(own.describe(vertex.taking(input)), Layout.AS_IS));
    } else if (!preprocessor.getClass().getPackageName().startsWith("org.deeplearning4j.")) {
      return Optional.empty();
    } else if (preprocessor instanceof CnnToFeedForwardPreProcessor flatten) {
      return Optional.of(flattened(vertex, input, flatten));
    } else if (preprocessor instanceof FeedForwardToCnnPreProcessor map) {
      return Optional.of(
          mapped(vertex, input, map.getNumChannels(), map.getInputHeight(), map.getInputWidth()));
    } else if (preprocessor instanceof RnnToFeedForwardPreProcessor rows) {
      return Optional.of(rows(vertex, input, rows.getRnnDataFormat()));
    } else if (preprocessor instanceof FeedForwardToRnnPreProcessor series) {
      return Optional.of(series(vertex, input, series.getRnnDataFormat()));
    } else if (preprocessor instanceof RnnToCnnPreProcessor map) {
      return Optional.of(
          mapped(
              vertex,
              rows(vertex, input, map.getRnnDataFormat()),
              map.getNumChannels(),
              map.getInputHeight(),
              map.getInputWidth()));
    } else if (preprocessor instanceof CnnToRnnPreProcessor series) {
      String flat = vertex.add("flatten", new Movement.Flatten(), vertex.plain(input));
      return Optional.of(
          series(vertex, input.named(flat, Layout.AS_IS), series.getRnnDataFormat()));
    } else if (preprocessor instanceof ComposableInputPreProcessor chain) {
      Optional<Value> value = Optional.of(input);
      for (InputPreProcessor next : chain.getInputPreProcessors()) {
        value = value.flatMap(so -> describe(vertex, so, next));
      }
      return value;
    }
    return Optional.empty();
  }

  /** In DL4J's own layout, which is {@code h, w, c} where channels come last. */
  private static Value flattened(
      VertexBuilder vertex, Value input, CnnToFeedForwardPreProcessor flatten) {
    String plain = vertex.plain(input);
    Shape found = vertex.shape(plain);
    if (found.rank() == 2) {
      return input;
    }
    long channels = flatten.getNumChannels();
    long height = flatten.getInputHeight();
    long width = flatten.getInputWidth();
    Shape expected =
        flatten.getFormat() == CNN2DFormat.NHWC
            ? Shape.of(Shape.UNKNOWN, height, width, channels)
            : Shape.of(Shape.UNKNOWN, channels, height, width);
    boolean anySize = channels == 0 && height == 0 && width == 0;
    if (found.rank() != 4 || !anySize && !found.with(0, Shape.UNKNOWN).equals(expected)) {
      throw new BadInputException(
          "vertex '%s': expected maps of shape %s, found %s"
              .formatted(vertex.name(), expected, found));
    }
    return input.named(vertex.add("flatten", new Movement.Flatten(), plain), Layout.AS_IS);
  }

  /** Maps pass; anything else becomes maps, channels first, whatever format is stated. */
  private static Value mapped(
      VertexBuilder vertex, Value input, long channels, long height, long width) {
    String plain = vertex.plain(input);
    Shape found = vertex.shape(plain);
    Shape expected = Shape.of(Shape.UNKNOWN, channels, height, width);
    if (found.rank() == 4) {
      return input;
    }
    Movement reshape = new Movement.Reshape(List.of(Shape.UNKNOWN, channels, height, width));
    if (found.rank() != 2 || found.dimension(1) != channels * height * width) {
      throw new BadInputException(
          "vertex '%s': expected rows for maps of shape %s, found %s"
              .formatted(vertex.name(), expected, found));
    }
    return input.named(vertex.add("reshape", reshape, plain), Layout.AS_IS);
  }

  /** A time series as one row for each step. */
  private static Value rows(VertexBuilder vertex, Value input, RNNFormat format) {
    String plain = vertex.plain(input);
    Shape found = vertex.shape(plain);
    if (found.rank() == 2) {
      return input;
    } else if (found.rank() != 3) {
      throw new BadInputException(
          "vertex '%s': expected time series, found shape %s".formatted(vertex.name(), found));
    }
    boolean channelsLast = format == RNNFormat.NWC;
    long channels = found.dimension(channelsLast ? 2 : 1);
    long steps = found.dimension(channelsLast ? 1 : 2);
    Movement stepsFirst =
        channelsLast ? Movement.Transpose.by(1, 0, 2) : Movement.Transpose.by(2, 0, 1);
    String transposed = vertex.add("transpose", stepsFirst, plain);
    Movement rows = Movement.Reshape.to(Shape.UNKNOWN, channels);
    return new Value(vertex.add("reshape", rows, transposed), Layout.AS_IS, steps);
  }

  /** The opposite of {@link #rows}. */
  private static Value series(VertexBuilder vertex, Value input, RNNFormat format) {
    String plain = vertex.plain(input);
    Shape found = vertex.shape(plain);
    if (found.rank() != 2) {
      throw new BadInputException(
          "vertex '%s': expected a row for each time step, found shape %s"
              .formatted(vertex.name(), found));
    }
    Movement unrolled = Movement.Reshape.to(input.steps(), Shape.UNKNOWN, found.dimension(1));
    String stepsFirst = vertex.add("reshape", unrolled, plain);
    Movement order =
        format == RNNFormat.NWC ? Movement.Transpose.by(1, 0, 2) : Movement.Transpose.by(1, 2, 0);
    return new Value(vertex.add("transpose", order, stepsFirst));
  }
}
