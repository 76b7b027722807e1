package org.repfold.converter.verify;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Folding;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/**
 * A classifier with one fold, made by hand: grouped convolution with a bias, BatchNorm, and a head.
 * The fold is written out here so that tests can break it.
 */
final class SmallNet {
  static final int CLASSES = 7;
  private static final int CHANNELS = 6;
  private static final double EPSILON = 1e-3;

  /** Ways to get the fold wrong. */
  enum Mistake {
    NONE,
    PERTURBED_WEIGHT,
    DROPPED_BIAS,
    SWAPPED_GAMMA_AND_BETA,
    FORGOTTEN_EPSILON,
    WRONG_GROUP_ORDER
  }

  final Operator.Conv conv;
  final Operator.BatchNormalization norm;
  final Operator.Gemm head;

  SmallNet(long seed) {
    Random random = new Random(seed);
    conv =
        new Operator.Conv(
            float32(random, 0, 1, CHANNELS, 2, 3, 3),
            Optional.of(float32(random, 0, 1, CHANNELS)),
            Window.padded(1),
            2);
    norm =
        new Operator.BatchNormalization(
            float32(random, 0.5, 1, CHANNELS),
            float32(random, 0, 1, CHANNELS),
            float32(random, 0, 1, CHANNELS),
            float32(random, 0.01, 0.002, CHANNELS),
            EPSILON);
    head =
        new Operator.Gemm(
            float32(random, 0, 1, CLASSES, CHANNELS), Optional.of(float32(random, 0, 1, CLASSES)));
  }

  Graph train() {
    GraphBuilder builder = start();
    builder.add("stem.conv", conv, "x");
    builder.add("stem.bn", norm, "stem.conv");
    return finish(builder, "stem.bn");
  }

  Folding folding(Mistake mistake) {
    return folding(folded(mistake));
  }

  Folding folding(Operator.Conv folded) {
    GraphBuilder builder = start();
    builder.add("stem.conv", folded, "x");
    Graph deploy = finish(builder, "stem.conv");
    return new Folding(
        train().withParameters(ElementType.FLOAT64),
        deploy,
        List.of(
            new FoldStep(
                "ConvBatchNorm",
                List.of("stem.conv", "stem.bn"),
                List.of("stem.conv"),
                "stem.bn",
                "stem.conv")),
        List.of(),
        Map.of("stem.conv", "stem.bn", "relu", "relu", "pool", "pool", "head", "head"));
  }

  Operator.Conv folded(Mistake mistake) {
    double[] weight = conv.weight().toDoubles();
    double[] bias = new double[CHANNELS];
    int taps = weight.length / CHANNELS;
    for (int o = 0; o < CHANNELS; o++) {
      boolean swapped = mistake == Mistake.SWAPPED_GAMMA_AND_BETA;
      double gamma = swapped ? norm.shift().get(o) : norm.scale().get(o);
      double beta = swapped ? norm.scale().get(o) : norm.shift().get(o);
      double epsilon = mistake == Mistake.FORGOTTEN_EPSILON ? 0 : EPSILON;
      double scale = gamma / Math.sqrt(norm.variance().get(o) + epsilon);
      double own = mistake == Mistake.DROPPED_BIAS ? 0 : conv.bias().orElseThrow().get(o);
      bias[o] = scale * (own - norm.mean().get(o)) + beta;
      for (int i = 0; i < taps; i++) {
        weight[o * taps + i] *= scale;
      }
    }
    if (mistake == Mistake.PERTURBED_WEIGHT) {
      weight[5] *= 1 + 1e-9;
    } else if (mistake == Mistake.WRONG_GROUP_ORDER) {
      double[] turned = weight.clone();
      for (int i = 0; i < weight.length; i++) {
        weight[i] = turned[(i + weight.length / 2) % weight.length];
      }
    }
    return new Operator.Conv(
        Tensor.of(conv.weight().shape(), weight),
        Optional.of(Tensor.vector(bias)),
        conv.window(),
        conv.group());
  }

  /** The fold with its weight replaced. */
  Operator.Conv foldedWithWeight(UnaryOperator<double[]> change) {
    Operator.Conv folded = folded(Mistake.NONE);
    return new Operator.Conv(
        Tensor.of(folded.weight().shape(), change.apply(folded.weight().toDoubles())),
        folded.bias(),
        folded.window(),
        folded.group());
  }

  static LabelledData images(int count) {
    Random random = new Random(11);
    float[] values = new float[count * 4 * 5 * 5];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    int[] labels = new int[count];
    Arrays.setAll(labels, i -> random.nextInt(CLASSES));
    INDArray images = NdArrays.of(values, count, 4, 5, 5);
    return new LabelledData("noise", images, labels);
  }

  private static GraphBuilder start() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4, 5, 5);
    return builder;
  }

  private Graph finish(GraphBuilder builder, String last) {
    builder.add("relu", new Unary.Relu(), last);
    builder.add("pool", new Pooling.GlobalAveragePool(), "relu");
    builder.add("flatten", new Movement.Flatten(), "pool");
    builder.add("head", head, "flatten");
    return builder.output("head").build();
  }

  private static Tensor float32(Random random, double mean, double deviation, long... shape) {
    float[] elements = new float[(int) Shape.of(shape).elements()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return Tensor.of(Shape.of(shape), elements);
  }
}
