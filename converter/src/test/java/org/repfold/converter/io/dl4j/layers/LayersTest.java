package org.repfold.converter.io.dl4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

class LayersTest {
  private static final int N = 3;
  private static final int CHANNELS = 4;
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;
  private static final int TOKENS = HEIGHT * WIDTH;

  /** Central differences with step 1e-5 in float64 leave about 1e-8. */
  private static final double GRADIENT_TOLERANCE = 1e-6;

  /** Sums of some tens of terms of size 1, in another order. */
  private static final double FLOAT64_TOLERANCE = 1e-12;

  /**
   * A graph that has the layer under test between a convolution and a linear output.
   *
   * @param onTokens whether it takes tokens {@code [N, T, C]} instead of maps
   * @param outputs how many values it gives for each example
   */
  record Case(String name, Object layer, boolean onTokens, int outputs) {
    Case(String name, Object layer) {
      this(name, layer, false, CHANNELS * HEIGHT * WIDTH);
    }

    @Override
    public String toString() {
      return name;
    }

    ComputationGraph graph() {
      return graph(DataType.DOUBLE);
    }

    ComputationGraph graph(DataType type) {
      var builder =
          new NeuralNetConfiguration.Builder()
              .seed(3)
              .dataType(type)
              .updater(new Sgd(0.1))
              .activation(Activation.IDENTITY)
              .graphBuilder()
              .addInputs("x")
              .setInputTypes(InputType.convolutional(HEIGHT, WIDTH, CHANNELS))
              .addLayer("conv", new ConvolutionLayer.Builder(1, 1).nOut(CHANNELS).build(), "x");
      String input = "conv";
      if (onTokens) {
        input = "tokens";
        builder.addVertex(
            input,
            Rearrange.of(Rearrange.reshape(-1, CHANNELS, TOKENS), Rearrange.transpose(0, 2, 1)),
            "conv");
      }
      if (layer instanceof Layer conf) {
        builder.addLayer("tested", conf, input);
      } else if (layer instanceof ChannelScale) {
        builder
            .addLayer(
                "gate",
                new GlobalPoolingLayer.Builder(PoolingType.AVG).collapseDimensions(false).build(),
                "x")
            .addVertex("tested", (GraphVertex) layer, input, "gate");
      } else {
        builder.addVertex("tested", (GraphVertex) layer, input);
      }
      builder
          .addVertex("flat", Rearrange.of(Rearrange.reshape(-1, outputs)), "tested")
          .addLayer(
              "out",
              new OutputLayer.Builder(LossFunctions.LossFunction.MSE).nIn(outputs).nOut(2).build(),
              "flat")
          .setOutputs("out");
      ComputationGraph graph = new ComputationGraph(builder.build());
      graph.init();
      Nd4j.getRandom().setSeed(4);
      graph.params().assign(Nd4j.randn(type, graph.params().shape()).muli(0.5));
      return graph;
    }
  }

  static Stream<Case> cases() {
    int map = HEIGHT * WIDTH;
    return Stream.of(
        new Case(
            "grouped fully connected",
            new GroupedFullyConnected.Builder()
                .groups(CHANNELS)
                .nIn(CHANNELS * map)
                .nOut(CHANNELS * map)
                .build()),
        new Case(
            "grouped fully connected, flat, without bias, with activation",
            new GroupedFullyConnected.Builder()
                .groups(2)
                .nIn(CHANNELS * map)
                .nOut(CHANNELS * map)
                .hasBias(false)
                .activation(Activation.TANH)
                .build()),
        new Case(
            "grouped convolution",
            new GroupedConvolution.Builder()
                .groups(2)
                .nIn(CHANNELS)
                .nOut(CHANNELS)
                .kernelSize(3, 3)
                .padding(1, 1)
                .build()),
        new Case(
            "grouped convolution, dilated, without bias, with activation",
            new GroupedConvolution.Builder()
                .groups(2)
                .nIn(CHANNELS)
                .nOut(CHANNELS)
                .kernelSize(2, 3)
                .stride(2, 1)
                .dilation(2, 2)
                .padding(2, 2)
                .hasBias(false)
                .activation(Activation.TANH)
                .build()),
        new Case(
            "cycle fully connected",
            new CycleFullyConnected.Builder(1, 3).nIn(CHANNELS).nOut(CHANNELS).build()),
        new Case(
            "cycle fully connected beyond the map, without bias, with activation",
            new CycleFullyConnected.Builder(5, 1)
                .nIn(CHANNELS)
                .nOut(CHANNELS)
                .hasBias(false)
                .activation(Activation.TANH)
                .build()),
        new Case("channel scale", new ChannelScale()),
        new Case(
            "rearrange",
            Rearrange.of(
                Rearrange.reshape(-1, 2, CHANNELS / 2, HEIGHT, WIDTH),
                Rearrange.transpose(0, 4, 2, 1, 3),
                Rearrange.reshape(-1, CHANNELS, HEIGHT, WIDTH))),
        new Case(
            "affine per channel",
            new ConstantAffine.Builder().scale(1, CHANNELS, 1, 1).bias(1, CHANNELS, 1, 1).build()),
        new Case(
            "affine per position",
            new ConstantAffine.Builder()
                .scale(1, CHANNELS, HEIGHT, WIDTH)
                .bias(1, CHANNELS, HEIGHT, WIDTH)
                .build()),
        new Case(
            "bias map alone",
            new ConstantAffine.Builder().bias(1, CHANNELS, HEIGHT, WIDTH).build()),
        new Case("scale alone", new ConstantAffine.Builder().scale(1, CHANNELS, 1, 1).build()),
        new Case("gelu", new ActivationLayer.Builder().activation(new GeluErf()).build()),
        new Case(
            "linear over the channels of tokens",
            new Linear.Builder().axis(2).nIn(CHANNELS).nOut(5).build(),
            true,
            TOKENS * 5),
        new Case(
            "linear over tokens, with activation",
            new Linear.Builder().axis(1).nIn(TOKENS).nOut(5).activation(Activation.TANH).build(),
            true,
            5 * CHANNELS),
        new Case(
            "linear over the channels of maps, without bias",
            new Linear.Builder().axis(1).nIn(CHANNELS).nOut(5).hasBias(false).build(),
            false,
            5 * TOKENS),
        new Case(
            "layer norm of tokens",
            new LayerNorm.Builder().axis(2).nOut(CHANNELS).epsilon(1e-3).build(),
            true,
            TOKENS * CHANNELS),
        new Case(
            "layer norm of the channels of maps",
            new LayerNorm.Builder().axis(1).nOut(CHANNELS).build()),
        new Case(
            "layer norm without shift",
            new LayerNorm.Builder().axis(1).nOut(CHANNELS).hasShift(false).build()),
        new Case("affine of tokens", new Affine(CHANNELS), true, TOKENS * CHANNELS),
        new Case("layer scale", new LayerScale(CHANNELS, 0.1), true, TOKENS * CHANNELS),
        new Case(
            "bias map of tokens",
            new ConstantAffine.Builder().bias(1, TOKENS, CHANNELS).build(),
            true,
            TOKENS * CHANNELS),
        new Case("slice", new AxisSlice(2, 1, 3), true, TOKENS * 2),
        new Case("mean over tokens", new AxisMean(1), true, CHANNELS));
  }

  private static INDArray images() {
    Nd4j.getRandom().setSeed(6);
    return Nd4j.randn(DataType.DOUBLE, N, CHANNELS, HEIGHT, WIDTH);
  }

  private static double loss(ComputationGraph graph) {
    graph.setInputs(images());
    graph.setLabels(Nd4j.ones(DataType.DOUBLE, N, 2));
    graph.computeGradientAndScore();
    return graph.score();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientIsTheSlopeOfTheLoss(Case tested) {
    ComputationGraph graph = tested.graph();
    loss(graph);
    INDArray gradient = graph.gradient().gradient().dup().reshape(graph.params().length());
    INDArray start = graph.params().dup();
    Nd4j.getRandom().setSeed(8);
    INDArray direction = Nd4j.randn(DataType.DOUBLE, start.shape());
    double step = 1e-5;
    graph.params().assign(start.add(direction.mul(step)));
    double above = loss(graph);
    graph.params().assign(start.sub(direction.mul(step)));
    double below = loss(graph);
    double slope = (above - below) / (2 * step);
    // DL4J's gradient sums over the batch, its score is the mean.
    double expected = Nd4j.getBlasWrapper().dot(gradient, direction.reshape(start.length())) / N;
    assertEquals(expected, slope, GRADIENT_TOLERANCE * Math.max(1, Math.abs(expected)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void savedGraphGivesTheSameAnswers(Case tested, @TempDir Path folder) throws Exception {
    ComputationGraph graph = tested.graph();
    File file = folder.resolve("graph.zip").toFile();
    ModelSerializer.writeModel(graph, file, true);
    assertEquals(
        graph.outputSingle(images()), ComputationGraph.load(file, true).outputSingle(images()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void cloneGivesTheSameAnswers(Case tested) {
    ComputationGraph graph = tested.graph();
    assertEquals(graph.outputSingle(images()), graph.clone().outputSingle(images()));
  }

  /** In float32, as DL4J's transfer learning knows no other type. */
  @ParameterizedTest
  @MethodSource("cases")
  void transferLearningKeepsTheLayer(Case tested) {
    ComputationGraph graph = tested.graph(DataType.FLOAT);
    ComputationGraph tuned =
        new TransferLearning.GraphBuilder(graph).setFeatureExtractor("conv").build();
    INDArray images = images().castTo(DataType.FLOAT);
    assertEquals(graph.outputSingle(images), tuned.outputSingle(images));
    assertEquals(graph.paramTable().keySet(), tuned.paramTable().keySet());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainingIsTheSameFromRunToRun(Case tested) {
    assertEquals(trained(tested), trained(tested));
  }

  private static INDArray trained(Case tested) {
    ComputationGraph graph = tested.graph();
    INDArray start = graph.params().dup();
    for (int step = 0; step < 3; step++) {
      graph.fit(new INDArray[] {images()}, new INDArray[] {Nd4j.ones(DataType.DOUBLE, N, 2)});
    }
    assertNotEquals(start, graph.params());
    return graph.params();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void operatorsThatTheReaderFindsComputeTheSame(Case tested) {
    ComputationGraph graph = tested.graph();
    Graph read =
        new Dl4jReader().read(graph, InputType.convolutional(HEIGHT, WIDTH, CHANNELS)).graph();
    INDArray expected = graph.outputSingle(images());
    INDArray found = new ReferenceExecutor(read, ElementType.FLOAT64).run(images());
    assertArrayEquals(
        expected.data().asDouble(), found.dup('c').data().asDouble(), FLOAT64_TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void configurationSurvivesJson(Case tested) {
    ComputationGraphConfiguration configuration = tested.graph().getConfiguration();
    assertEquals(configuration, ComputationGraphConfiguration.fromJson(configuration.toJson()));
  }

  @Test
  void groupedFullyConnectedIsOneProductPerGroup() {
    ComputationGraph graph = cases().findFirst().orElseThrow().graph();
    INDArray x = graph.feedForward(images(), false).get("conv");
    INDArray y = graph.feedForward(images(), false).get("tested");
    INDArray w = graph.getParam("tested_W");
    INDArray b = graph.getParam("tested_b").reshape(CHANNELS * HEIGHT * WIDTH);
    int size = HEIGHT * WIDTH;
    for (int n = 0; n < N; n++) {
      for (int g = 0; g < CHANNELS; g++) {
        for (int o = 0; o < size; o++) {
          double sum = b.getDouble(g * size + o);
          for (int i = 0; i < size; i++) {
            sum += w.getDouble(g, o, i) * x.getDouble(n, g, i / WIDTH, i % WIDTH);
          }
          assertEquals(sum, y.getDouble(n, g, o / WIDTH, o % WIDTH), 1e-12);
        }
      }
    }
  }

  @Test
  void affinePerPositionIsElementwise() {
    ComputationGraph graph =
        cases().filter(c -> c.name().equals("affine per position")).findFirst().get().graph();
    INDArray x = graph.feedForward(images(), false).get("conv");
    INDArray y = graph.feedForward(images(), false).get("tested");
    INDArray scale = graph.getParam("tested_scale");
    INDArray bias = graph.getParam("tested_bias");
    assertEquals(
        x.getDouble(2, 1, 1, 2) * scale.getDouble(0, 1, 1, 2) + bias.getDouble(0, 1, 1, 2),
        y.getDouble(2, 1, 1, 2),
        1e-12);
  }

  @Test
  void geluIsTheErrorFunctionForm() {
    INDArray x = Nd4j.createFromArray(-3.0, -0.5, 0.0, 1.0, 2.5);
    // x * Phi(x), with Phi from published tables
    double[] expected = {
      -3.0 * 0.0013498980316300946,
      -0.5 * 0.3085375387259869,
      0,
      0.8413447460685429,
      2.5 * 0.9937903346742238
    };
    assertArrayEquals(expected, new GeluErf().getActivation(x, false).toDoubleVector(), 1e-15);
  }

  @Test
  void transposeOfTheWrongRankIsRefusedWithItsShape() {
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Rearrange.transpose(0, 1, 2).apply(new long[] {2, 3}));
    assertTrue(error.getMessage().contains("[2, 3]"), error.getMessage());
  }

  @Test
  void groupsThatDoNotDivideAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new GroupedFullyConnected.Builder().groups(3).nIn(8).nOut(9).build());
    assertThrows(
        IllegalArgumentException.class,
        () -> new GroupedConvolution.Builder().groups(3).nIn(8).nOut(9).build());
  }
}
