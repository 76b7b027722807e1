package org.repfold.zoo.train.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.repfold.converter.io.dl4j.layers.GroupedConvolution;

/** Convolutions of all kinds, against DL4J's own and ours in float64. */
class PatchProductsTest {
  /** Float32 sums of some hundred terms. */
  private static final double TOLERANCE = 2e-6;

  private static final int CHANNELS = 6;
  private static final int HEIGHT = 9;
  private static final int WIDTH = 8;

  static Stream<Layer> convolutions() {
    return Stream.of(
        plain(3, 3, 1, 1, 1, 1, 1, true),
        plain(3, 3, 2, 2, 1, 1, 1, false),
        plain(1, 1, 2, 2, 0, 0, 1, false),
        plain(1, 1, 1, 1, 0, 0, 1, true),
        plain(7, 7, 2, 2, 3, 3, 1, true),
        plain(3, 2, 1, 3, 0, 1, 1, true),
        plain(3, 3, 3, 1, 2, 0, 2, true),
        plain(2, 4, 2, 4, 0, 0, 1, true),
        plain(9, 8, 1, 1, 4, 7, 1, false),
        grouped(3, 1, 1, 3, true),
        grouped(5, 2, 2, 2, false),
        grouped(1, 1, 0, 6, false));
  }

  private static Layer plain(
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int paddingHeight,
      int paddingWidth,
      int dilation,
      boolean bias) {
    return new ConvolutionLayer.Builder(kernelHeight, kernelWidth)
        .stride(strideHeight, strideWidth)
        .padding(paddingHeight, paddingWidth)
        .dilation(dilation, dilation)
        .convolutionMode(ConvolutionMode.Truncate)
        .activation(new ActivationIdentity())
        .nIn(CHANNELS)
        .nOut(12)
        .hasBias(bias)
        .build();
  }

  private static Layer grouped(int kernel, int stride, int padding, int groups, boolean bias) {
    return new GroupedConvolution.Builder()
        .kernelSize(kernel, kernel)
        .stride(stride, stride)
        .padding(padding, padding)
        .groups(groups)
        .nIn(CHANNELS)
        .nOut(12)
        .hasBias(bias)
        .build();
  }

  /** Two layers, so that the gradient of the second one's input is used too. */
  private static ComputationGraph graph(Layer convolution, DataType type) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .updater(new Sgd(1))
                .convolutionMode(ConvolutionMode.Truncate)
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.convolutional(HEIGHT, WIDTH, CHANNELS))
                .addLayer(
                    "first",
                    new ConvolutionLayer.Builder(1, 1)
                        .nIn(CHANNELS)
                        .nOut(CHANNELS)
                        .activation(new ActivationIdentity())
                        .build(),
                    "x")
                .addLayer("second", convolution, "first")
                .addLayer(
                    "loss",
                    new CnnLossLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(new ActivationIdentity())
                        .build(),
                    "second")
                .setOutputs("loss")
                .build());
    graph.init();
    Nd4j.getRandom().setSeed(5);
    for (INDArray values : graph.paramTable().values()) {
      values.assign(Nd4j.randn(DataType.DOUBLE, values.shape()));
    }
    return graph;
  }

  private static INDArray images(DataType type) {
    Nd4j.getRandom().setSeed(7);
    return Nd4j.randn(DataType.DOUBLE, 4, CHANNELS, HEIGHT, WIDTH).castTo(type);
  }

  private static void step(ComputationGraph graph, DataType type) {
    graph.setInputs(images(type));
    graph.setLabels(graph.outputSingle(images(type)).mul(0.5).subi(1));
    graph.computeGradientAndScore();
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void outputAndGradientsAreThoseOfTheStockLayerInDouble(Layer convolution) {
    ComputationGraph stock = graph(convolution, DataType.DOUBLE);
    step(stock, DataType.DOUBLE);
    ComputationGraph fast = graph(convolution, DataType.FLOAT);
    try (TrainingKernels kernels = TrainingKernels.install(fast)) {
      assertEquals(2, kernels.count());
      assertClose(
          stock.outputSingle(images(DataType.DOUBLE)),
          fast.outputSingle(images(DataType.FLOAT)),
          TOLERANCE);
      step(fast, DataType.FLOAT);
    }
    for (String key : stock.paramTable().keySet()) {
      assertClose(
          stock.gradient().getGradientFor(key), fast.gradient().getGradientFor(key), TOLERANCE);
    }
  }
}
