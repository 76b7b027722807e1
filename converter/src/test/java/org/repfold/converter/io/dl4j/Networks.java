package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;

/** Small DL4J networks with random parameters, and how their answers are compared. */
final class Networks {
  /** A few hundred roundings of 2^-53 in sums of a few hundred terms. */
  static final double FLOAT64_TOLERANCE = 1e-12;

  private static final long SEED = 7;

  private Networks() {}

  /** A float64 network in which every parameter, BatchNorm statistics included, is random. */
  static ComputationGraph random(Consumer<GraphBuilder> layers) {
    return random(DataType.DOUBLE, layers);
  }

  static ComputationGraph random(DataType type, Consumer<GraphBuilder> layers) {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .dataType(type)
            .weightInit(WeightInit.XAVIER)
            .activation(Activation.IDENTITY)
            .graphBuilder()
            .addInputs("input")
            .validateOutputLayerConfig(false);
    layers.accept(builder);
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    Random random = new Random(SEED);
    for (GraphVertex vertex : graph.getVertices()) {
      Map<String, INDArray> table = vertex.paramTable(false);
      if (table != null) {
        boolean norm =
            vertex.hasLayer() && vertex.getLayer().conf().getLayer() instanceof BatchNormalization;
        table.forEach((key, array) -> fill(norm, key, array, random));
      }
    }
    return graph;
  }

  /** The network, every parameter made random. */
  static MultiLayerNetwork randomise(MultiLayerNetwork network) {
    Random random = new Random(SEED);
    for (Layer layer : network.getLayers()) {
      boolean norm = layer.conf().getLayer() instanceof BatchNormalization;
      layer.paramTable().forEach((key, array) -> fill(norm, key, array, random));
    }
    return network;
  }

  private static void fill(boolean norm, String key, INDArray array, Random random) {
    INDArray uniform = uniform(random, array.shape());
    if (norm && key.equals("log10stdev")) {
      array.assign(uniform.subi(0.5));
    } else if (norm && (key.equals("var") || key.equals("gamma"))) {
      array.assign(uniform.addi(0.5));
    } else if (array.length() > 1 && key.equals("W")) {
      array.assign(uniform.subi(0.5).muli(2 / Math.sqrt(array.length() / (double) array.size(0))));
    } else {
      array.assign(uniform.subi(0.5));
    }
  }

  private static INDArray uniform(Random random, long... shape) {
    double[] elements = random.doubles(Arrays.stream(shape).reduce(1, (a, b) -> a * b)).toArray();
    return Nd4j.createFromArray(elements).reshape(shape);
  }

  static INDArray input(long... shape) {
    Random random = new Random(SEED + 1);
    return uniform(random, shape).subi(0.5).muli(3);
  }

  /** Asserts that the graph computes what DL4J computes, in float64. */
  static void assertSameAnswer(ComputationGraph network, Graph graph, INDArray input) {
    assertSameAnswer(x -> network.output(false, x)[0], graph, input);
  }

  /** As {@link #assertSameAnswer(ComputationGraph, Graph, INDArray)}, of any network. */
  static void assertSameAnswer(UnaryOperator<INDArray> network, Graph graph, INDArray input) {
    // A copy, as DL4J's activation layer overwrites the network's input.
    INDArray expected = network.apply(input.dup());
    INDArray found = new ReferenceExecutor(graph, ElementType.FLOAT64).run(input);
    assertClose(expected, found, FLOAT64_TOLERANCE);
  }

  /** Asserts that the graph computes every output of DL4J, in float64. */
  static void assertSameAnswers(ComputationGraph network, Graph graph, INDArray input) {
    // DL4J's output fails where an output is another layer's input.
    Map<String, INDArray> expected = network.feedForward(input.dup(), false);
    String name = graph.inputs().get(0).name();
    Map<String, INDArray> found =
        new ReferenceExecutor(graph, ElementType.FLOAT64).run(Map.of(name, input));
    for (String output : network.getConfiguration().getNetworkOutputs()) {
      assertClose(expected.get(output), found.get(output), FLOAT64_TOLERANCE);
    }
  }

  /** Asserts that shapes are equal and no element is off by more than a part of the largest. */
  static void assertClose(INDArray expected, INDArray found, double tolerance) {
    assertArrayEquals(expected.shape(), found.shape());
    double largest = expected.amaxNumber().doubleValue();
    double difference =
        expected
            .castTo(DataType.DOUBLE)
            .sub(found.castTo(DataType.DOUBLE))
            .amaxNumber()
            .doubleValue();
    assertTrue(largest > 0, "the expected answer is zero everywhere");
    assertTrue(
        difference <= tolerance * Math.max(1, largest),
        "largest difference " + difference + " on a scale of " + largest);
  }
}
