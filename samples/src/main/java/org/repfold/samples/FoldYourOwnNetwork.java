package org.repfold.samples;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/**
 * Describes a network by hand, folds it, and prints how long that takes for networks of growing
 * depth: the time grows with the number of blocks and no faster.
 */
public final class FoldYourOwnNetwork {
  private static final int CHANNELS = 16;
  private static final int REPETITIONS = 10;

  private FoldYourOwnNetwork() {}

  /** Give numbers of blocks; 100, 300 and 1000 where none are given. */
  public static void main(String[] arguments) {
    List<Integer> sizes =
        arguments.length == 0
            ? List.of(100, 300, 1000)
            : List.of(arguments).stream().map(Integer::valueOf).toList();
    System.out.println("blocks  nodes  folds  nodes left  milliseconds  per block");
    for (int blocks : sizes) {
      Graph graph = network(blocks);
      Folding folding = Folder.fold(graph);
      double milliseconds = fastest(graph);
      System.out.printf(
          "%6d %6d %6d %11d %13.1f %10.3f%n",
          blocks,
          graph.nodes().size(),
          folding.steps().size(),
          folding.folded().nodes().size(),
          milliseconds,
          milliseconds / blocks);
    }
  }

  /** Of several foldings, as the first ones also load and compile the classes. */
  private static double fastest(Graph graph) {
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      Folder.fold(graph);
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    return fastest / 1e6;
  }

  /**
   * Blocks of three parallel branches, a 3x3 convolution, a 1x1 convolution and the input itself,
   * each normalised, summed and rectified: what RepVGG trains.
   */
  static Graph network(int blocks) {
    Random random = new Random(1);
    GraphBuilder graph = new GraphBuilder();
    // An axis of size -1 is known only when the network runs: the batch.
    String value = graph.input("input", -1, CHANNELS, 14, 14);
    for (int i = 0; i < blocks; i++) {
      String block = "blocks." + i;
      String dense = graph.add(block + ".conv3", convolution(random, 3), value);
      String denseNorm = graph.add(block + ".conv3.bn", normalisation(random), dense);
      String point = graph.add(block + ".conv1", convolution(random, 1), value);
      String pointNorm = graph.add(block + ".conv1.bn", normalisation(random), point);
      String identityNorm = graph.add(block + ".identity.bn", normalisation(random), value);
      String sum = graph.add(block + ".add1", new Operator.Add(), denseNorm, pointNorm);
      String whole = graph.add(block + ".add2", new Operator.Add(), sum, identityNorm);
      value = graph.add(block + ".relu", new Unary.Relu(), whole);
    }
    return graph.output(value).build();
  }

  private static Operator convolution(Random random, int kernel) {
    Tensor weight =
        normal(random, Shape.of(CHANNELS, CHANNELS, kernel, kernel), 1.0 / (CHANNELS * kernel));
    return new Operator.Conv(weight, Optional.empty(), Window.padded(kernel / 2), 1);
  }

  private static Operator normalisation(Random random) {
    Shape shape = Shape.of(CHANNELS);
    Tensor variance = Tensor.vector(random.doubles(CHANNELS, 0.5, 2).toArray());
    return new Operator.BatchNormalization(
        normal(random, shape, 1),
        normal(random, shape, 1),
        normal(random, shape, 1),
        variance,
        1e-5);
  }

  private static Tensor normal(Random random, Shape shape, double deviation) {
    double[] numbers = new double[Math.toIntExact(shape.elements())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = deviation * random.nextGaussian();
    }
    return Tensor.of(shape, numbers);
  }
}
