package org.repfold.converter.io.dl4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;

class CycleFullyConnectedTest {
  private static final int BATCH = 2;
  private static final int IN = 7;
  private static final int OUT = 5;

  /** Sums of seven products in float64. */
  private static final double TOLERANCE = 1e-14;

  @Test
  void offsetsClimbAStaircaseFromTheMiddle() {
    double[] alongWidth = {0, 0, 0, 1, 0, -1, 0, 0, 0, 1, 0, -1, 0, 0};
    double[] alongHeight = {0, 0, 1, 0, 2, 0, -2, 0, -1, 0, 0, 0, 1, 0};
    assertArrayEquals(alongWidth, offsets(layer(1, 3, true)));
    assertArrayEquals(alongHeight, offsets(layer(5, 1, true)));
  }

  @ParameterizedTest
  @CsvSource({"1,3,4,6", "3,1,4,6", "1,7,5,4", "7,1,2,3", "1,2,3,5", "4,1,5,3", "1,1,2,2"})
  void eachChannelIsReadFromItsOwnNeighbour(int kernelHeight, int kernelWidth, int h, int w) {
    CycleFullyConnected layer = layer(kernelHeight, kernelWidth, true);
    ComputationGraph graph = graph(layer, h, w, DataType.DOUBLE);
    INDArray x = maps(h, w);
    assertClose(byLoops(graph, layer, x), graph.outputSingle(x));
  }

  @Test
  void mapsOfAnySizeAreTaken() {
    CycleFullyConnected layer = layer(3, 1, true);
    ComputationGraph graph = graph(layer, 4, 6, DataType.DOUBLE);
    INDArray x = maps(9, 5);
    assertClose(byLoops(graph, layer, x), graph.outputSingle(x));
  }

  @ParameterizedTest
  @CsvSource({"1,3", "3,1", "1,1"})
  void itIsReadAsConvolutionsThatComputeTheSame(int kernelHeight, int kernelWidth) {
    ComputationGraph graph = graph(layer(kernelHeight, kernelWidth, false), 4, 6, DataType.DOUBLE);
    INDArray x = maps(4, 6);
    Graph read = new Dl4jReader().read(graph, InputType.convolutional(4, 6, IN)).graph();
    assertClose(graph.outputSingle(x), new ReferenceExecutor(read, ElementType.FLOAT64).run(x));
  }

  @Test
  void trainingTwiceGivesTheSameParameters() {
    assertEquals(trained().params(), trained().params());
  }

  @Test
  void transferLearningKeepsItsParameters() {
    ComputationGraph graph = graph(layer(1, 3, true), 4, 6, DataType.FLOAT);
    ComputationGraph next =
        new TransferLearning.GraphBuilder(graph)
            .removeVertexAndConnections("output")
            .addLayer("head", new ConvolutionLayer.Builder(1, 1).nIn(OUT).nOut(3).build(), "tested")
            .setOutputs("head")
            .build();
    assertEquals(
        graph.feedForward(maps(4, 6), false).get("tested"),
        next.feedForward(maps(4, 6), false).get("tested"));
  }

  @Test
  void aKernelOfTwoAxesIsRefused() {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> layer(3, 3, true));
    assertTrue(error.getMessage().contains("found 3 x 3"), error.getMessage());
  }

  @Test
  void mapsOfOtherChannelsAreRefused() {
    ComputationGraph graph = graph(layer(1, 3, true), 4, 6, DataType.DOUBLE);
    RuntimeException error =
        assertThrows(
            RuntimeException.class,
            () -> graph.outputSingle(Nd4j.ones(DataType.DOUBLE, 1, IN + 1, 4, 6)));
    assertTrue(error.getMessage().contains("expected maps of 7 channels"), error.getMessage());
  }

  private static ComputationGraph trained() {
    ComputationGraph graph = graph(layer(3, 1, true), 4, 6, DataType.FLOAT);
    INDArray x = maps(4, 6).castTo(DataType.FLOAT);
    for (int step = 0; step < 5; step++) {
      graph.fit(new INDArray[] {x}, new INDArray[] {Nd4j.ones(DataType.FLOAT, BATCH, OUT, 4, 6)});
    }
    return graph;
  }

  private static double[] offsets(CycleFullyConnected layer) {
    return layer.officialBuffers().get(0).value().toDoubles();
  }

  private static CycleFullyConnected layer(int kernelHeight, int kernelWidth, boolean bias) {
    return new CycleFullyConnected.Builder(kernelHeight, kernelWidth)
        .nIn(IN)
        .nOut(OUT)
        .hasBias(bias)
        .activation(Activation.TANH)
        .build();
  }

  private static ComputationGraph graph(CycleFullyConnected layer, int h, int w, DataType type) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.convolutional(h, w, IN))
                .addLayer("tested", layer, "x")
                .addLayer(
                    "output",
                    new CnnLossLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "tested")
                .setOutputs("output")
                .build());
    graph.init();
    Nd4j.getRandom().setSeed(4);
    graph.params().assign(Nd4j.randn(type, graph.params().shape()).muli(0.5));
    return graph;
  }

  private static INDArray maps(int h, int w) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.DOUBLE, BATCH, IN, h, w);
  }

  /** The layer's definition, element by element. */
  private static INDArray byLoops(ComputationGraph graph, CycleFullyConnected layer, INDArray x) {
    INDArray weight = graph.getParam("tested_W");
    INDArray bias = graph.getParam("tested_b").reshape(OUT);
    double[] offset = offsets(layer);
    INDArray y = Nd4j.create(DataType.DOUBLE, BATCH, OUT, x.size(2), x.size(3));
    for (int n = 0; n < BATCH; n++) {
      for (int o = 0; o < OUT; o++) {
        for (int row = 0; row < x.size(2); row++) {
          for (int column = 0; column < x.size(3); column++) {
            double sum = bias.getDouble(o);
            for (int i = 0; i < IN; i++) {
              long r = row + (long) offset[2 * i];
              long c = column + (long) offset[2 * i + 1];
              if (r >= 0 && r < x.size(2) && c >= 0 && c < x.size(3)) {
                sum += weight.getDouble(o, i) * x.getDouble(n, i, r, c);
              }
            }
            y.putScalar(new long[] {n, o, row, column}, Math.tanh(sum));
          }
        }
      }
    }
    return y;
  }

  private static void assertClose(INDArray expected, INDArray found) {
    assertArrayEquals(expected.shape(), found.shape());
    assertEquals(0, expected.sub(found).amaxNumber().doubleValue(), TOLERANCE);
  }
}
