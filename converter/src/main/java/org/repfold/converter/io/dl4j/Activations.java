package org.repfold.converter.io.dl4j;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;

/**
 * The operators that DL4J's activation functions stand for. Where ND4J has a constant as a 32-bit
 * literal, so has the graph, in float64.
 */
final class Activations {
  private static final double HARD_SIGMOID_SLOPE = 0.2f;
  private static final double GELU_SLOPE = 1.702f;
  private static final double RATIONAL_TANH_SCALE = 1.7159f;
  private static final double RATIONAL_TANH_SLOPE = 2.0 / 3;
  private static final double RATIONAL_TANH_QUARTIC = 1.41645f;
  private static final double SELU_ALPHA = 1.6732632423543772848170429916717;
  private static final double SELU_GAMMA = 1.0507009873554804934193349852946;

  private Activations() {}

  /**
   * Adds the activation after {@code value}; gives {@code value} itself for the identity. DL4J's
   * softmax goes along the last axis of DL4J's layout: the width of a map that is laid out channels
   * first.
   */
  static Value describe(VertexBuilder vertex, IActivation activation, Value value) {
    Layout layout = value.layout();
    int last = layout.rank(vertex.shape(value.name())) - 1;
    return describe(vertex, activation, value, layout.axis(last));
  }

  /**
   * As {@link #describe(VertexBuilder, IActivation, Value)}.
   *
   * @param softmaxAxis the axis of the graph's value along which softmax goes
   */
  static Value describe(
      VertexBuilder vertex, IActivation activation, Value value, int softmaxAxis) {
    if (activation == null || activation instanceof ActivationIdentity) {
      return value;
    } else if (activation instanceof SelfDescribing own) {
      Value plain = new Value(value.name());
      return value.named(own.describe(vertex.taking(plain)));
    } else if (!activation.getClass().getPackageName().startsWith("org.nd4j.")) {
      return opaque(vertex, activation, value);
    } else if (activation instanceof ActivationSoftmax) {
      return value.named(vertex.add("softmax", new Operator.Softmax(softmaxAxis), value.name()));
    }
    Optional<Unary> unary = unary(activation);
    if (unary.isPresent()) {
      String suffix = unary.get().type().toLowerCase(Locale.ROOT);
      return value.named(vertex.add(suffix, unary.get(), value.name()));
    }
    return composed(vertex, activation, value.name())
        .map(value::named)
        .orElseGet(() -> opaque(vertex, activation, value));
  }

  /** The functions that are one operator. */
  private static Optional<Unary> unary(IActivation activation) {
    if (activation instanceof ActivationReLU relu) {
      return rectifier(relu);
    } else if (activation instanceof ActivationELU elu) {
      return Optional.of(new Unary.Elu(elu.getAlpha()));
    } else if (activation instanceof ActivationLReLU leaky) {
      return Optional.of(new Unary.LeakyRelu(leaky.getAlpha()));
    } else if (activation instanceof ActivationThresholdedReLU thresholded) {
      return Optional.of(new Unary.ThresholdedRelu(thresholded.getTheta()));
    } else if (activation instanceof ActivationHardSigmoid) {
      return Optional.of(new Unary.HardSigmoid(HARD_SIGMOID_SLOPE, 0.5));
    } else if (activation instanceof ActivationHardTanH) {
      return Optional.of(new Unary.Clip(-1, 1));
    } else if (activation instanceof ActivationReLU6) {
      return Optional.of(new Unary.Clip(0, 6));
    } else if (activation instanceof ActivationSELU) {
      return Optional.of(new Unary.Selu(SELU_ALPHA, SELU_GAMMA));
    } else if (activation instanceof ActivationSigmoid) {
      return Optional.of(new Unary.Sigmoid());
    } else if (activation instanceof ActivationTanH) {
      return Optional.of(new Unary.Tanh());
    } else if (activation instanceof ActivationSoftPlus) {
      return Optional.of(new Unary.Softplus());
    } else if (activation instanceof ActivationSoftSign) {
      return Optional.of(new Unary.Softsign());
    }
    return Optional.empty();
  }

  /** DL4J leaves alone what is at its threshold, which no operator does. */
  private static Optional<Unary> rectifier(ActivationReLU relu) {
    double slope = relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope();
    if (relu.getThreshold() != null && relu.getThreshold() != 0) {
      return Optional.empty();
    } else if (relu.getMax() == null) {
      return Optional.of(slope == 0 ? new Unary.Relu() : new Unary.LeakyRelu(slope));
    }
    return slope == 0 && relu.getMax() >= 0
        ? Optional.of(new Unary.Clip(0, relu.getMax()))
        : Optional.empty();
  }

  /** The functions that are several operators. */
  private static Optional<String> composed(VertexBuilder vertex, IActivation activation, String x) {
    if (activation instanceof ActivationCube) {
      return Optional.of(product(vertex, product(vertex, x, x), x));
    } else if (activation instanceof ActivationRectifiedTanh) {
      String tanh = vertex.add("tanh", new Unary.Tanh(), x);
      return Optional.of(vertex.add("relu", new Unary.Relu(), tanh));
    } else if (activation instanceof ActivationSwish) {
      return Optional.of(product(vertex, x, vertex.add("sigmoid", new Unary.Sigmoid(), x)));
    } else if (activation instanceof ActivationMish) {
      String softplus = vertex.add("softplus", new Unary.Softplus(), x);
      return Optional.of(product(vertex, x, vertex.add("tanh", new Unary.Tanh(), softplus)));
    } else if (activation instanceof ActivationGELU gelu && !gelu.isPrecise()) {
      String sigmoid = vertex.add("sigmoid", new Unary.Sigmoid(), times(vertex, x, GELU_SLOPE));
      return Optional.of(product(vertex, x, sigmoid));
    } else if (activation instanceof ActivationRationalTanh) {
      return Optional.of(rationalTanh(vertex, x));
    } else if (activation instanceof ActivationRReLU random) {
      // In inference DL4J takes the mean of the slopes for a lower bound.
      double bound = 0.5 * (random.getL() + random.getU());
      String constant = vertex.constant("bound", bound, vertex.shape(x).rank());
      return Optional.of(vertex.add("max", new Operator.Max(), x, constant));
    }
    return Optional.empty();
  }

  private static String product(VertexBuilder vertex, String left, String right) {
    return vertex.add("mul", new Operator.Mul(), left, right);
  }

  private static String times(VertexBuilder vertex, String x, double factor) {
    return product(vertex, x, vertex.constant("factor", factor, vertex.shape(x).rank()));
  }

  private static String sum(VertexBuilder vertex, String left, String right) {
    return vertex.add("add", new Operator.Add(), left, right);
  }

  /**
   * {@code 1.7159 sign(y) (1 - 1 / (1 + |y| + y^2 + 1.41645 y^4))} of {@code y = 2x/3}, with {@code
   * 1 - 1/(1 + p) = softsign(p)} for a {@code p} that is not negative.
   */
  private static String rationalTanh(VertexBuilder vertex, String x) {
    String y = times(vertex, x, RATIONAL_TANH_SLOPE);
    String magnitude = vertex.add("abs", new Unary.Abs(), y);
    String cube = product(vertex, product(vertex, magnitude, magnitude), magnitude);
    String factor = sum(vertex, magnitude, times(vertex, cube, RATIONAL_TANH_QUARTIC));
    String one = vertex.constant("one", 1, vertex.shape(x).rank());
    String signed = product(vertex, y, sum(vertex, factor, one));
    return times(vertex, vertex.add("softsign", new Unary.Softsign(), signed), RATIONAL_TANH_SCALE);
  }

  /** The function as an activation layer that DL4J computes. */
  private static Value opaque(VertexBuilder vertex, IActivation activation, Value value) {
    String name = vertex.name() + "/activation";
    ActivationLayer layer = new ActivationLayer(activation);
    layer.setLayerName(name);
    LayerVertex configuration =
        new LayerVertex(new NeuralNetConfiguration.Builder().layer(layer).build(), null);
    String input = vertex.plain(value);
    Shape shape = vertex.shape(input);
    Operator operator =
        new Operator.Opaque(
            activation.getClass().getSimpleName(),
            List.of(shape),
            shape,
            new OpaqueVertex(name, configuration, Map.of(), vertex.sourceType()));
    return value.named(vertex.add("activation", operator, input), Layout.AS_IS);
  }
}
