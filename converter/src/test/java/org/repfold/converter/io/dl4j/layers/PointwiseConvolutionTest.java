package org.repfold.converter.io.dl4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Compares with DL4J's own convolution, in float64. */
class PointwiseConvolutionTest {
  /** Sums of at most 200 terms of size 1, in another order. */
  private static final double TOLERANCE = 1e-13;

  private static final int IN = 5;
  private static final int OUT = 3;

  private static INDArray uniform(int seed, long... shape) {
    int size = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Nd4j.createFromArray(new Random(seed).doubles(size, -1, 1).toArray()).reshape(shape);
  }

  private static ComputationGraph network(Layer layer, int height, int width) {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .graphBuilder()
            .addInputs("input")
            .addLayer("first", pointwise(IN), "input")
            .addLayer("conv", layer, "first")
            .addLayer(
                "out",
                new OutputLayer.Builder(LossFunction.MSE)
                    .activation(Activation.IDENTITY)
                    .nOut(2)
                    .build(),
                "conv")
            .setOutputs("out")
            .setInputTypes(InputType.convolutional(height, width, IN))
            .build();
    ComputationGraph network = new ComputationGraph(configuration);
    network.init();
    network
        .getVertex("first")
        .paramTable(false)
        .forEach((key, a) -> a.assign(uniform(4, a.shape())));
    network.getVertex("out").paramTable(false).forEach((key, a) -> a.assign(uniform(5, a.shape())));
    INDArray weight = network.getVertex("conv").paramTable(false).get("W");
    weight.assign(uniform(1, OUT, IN).reshape(weight.shape()));
    INDArray bias = network.getVertex("conv").paramTable(false).get("b");
    bias.assign(uniform(2, OUT).reshape(bias.shape()));
    return network;
  }

  private static Layer pointwise(int out) {
    return new PointwiseConvolution.Builder()
        .nIn(IN)
        .nOut(out)
        .activation(Activation.SIGMOID)
        .build();
  }

  private static Layer dl4j() {
    return new ConvolutionLayer.Builder(1, 1)
        .nIn(IN)
        .nOut(OUT)
        .activation(Activation.SIGMOID)
        .build();
  }

  private static void assertClose(INDArray expected, INDArray found) {
    assertArrayEquals(
        expected.dup('c').data().asDouble(), found.dup('c').data().asDouble(), TOLERANCE);
  }

  @ParameterizedTest
  @CsvSource({"1,4,3", "3,4,3", "3,1,1", "1,1,1", "2,1,7"})
  void outputAndGradientsAreThoseOfDl4jsConvolution(int batch, int height, int width) {
    ComputationGraph expected = network(dl4j(), height, width);
    ComputationGraph found = network(pointwise(OUT), height, width);
    INDArray x = uniform(3, batch, IN, height, width);
    assertClose(expected.outputSingle(x), found.outputSingle(x));
    for (ComputationGraph network : new ComputationGraph[] {expected, found}) {
      network.setInputs(x);
      network.setLabels(uniform(6, batch, 2));
      network.computeGradientAndScore();
    }
    for (String key : new String[] {"conv_W", "conv_b", "first_W", "first_b", "out_W"}) {
      assertClose(
          expected.gradient().gradientForVariable().get(key),
          found.gradient().gradientForVariable().get(key));
    }
  }

  @Test
  void inputInColumnOrderGivesTheSameOutput() {
    ComputationGraph network = network(pointwise(OUT), 4, 3);
    INDArray x = uniform(3, 2, IN, 4, 3);
    assertClose(network.outputSingle(x), network.outputSingle(x.dup('f')));
  }

  @Test
  void configurationSurvivesJson() {
    ComputationGraphConfiguration configuration = network(pointwise(OUT), 4, 3).getConfiguration();
    assertEquals(configuration, ComputationGraphConfiguration.fromJson(configuration.toJson()));
  }
}
