package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.converter.io.dl4j.Networks.FLOAT64_TOLERANCE;
import static org.repfold.converter.io.dl4j.Networks.assertClose;

import com.example.WaveLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.graph.ElementType;

/** Whole networks of DL4J, read from a zip, folded and written to a zip that DL4J loads. */
class ConvertedNetworksTest {
  @TempDir private Path folder;

  private ComputationGraph converted(Path train, INDArray expected, INDArray input, InputType type)
      throws IOException {
    Dl4jGraph read = new Dl4jReader(Set.of(WaveLayer.class.getName())).read(train, type);
    Folding folding = Folder.fold(read.graph());
    assertFalse(folding.steps().isEmpty());
    Path deploy = folder.resolve("deploy.zip");
    Dl4jWriter.write(
        Dl4jWriter.toComputationGraph(folding.folded(), Optional.of(read), ElementType.FLOAT64),
        folding.folded().inputs(),
        Map.of(),
        deploy,
        false);
    ComputationGraph loaded = ComputationGraph.load(deploy.toFile(), false);
    assertClose(expected, loaded.outputSingle(input), FLOAT64_TOLERANCE);
    assertEquals(
        0,
        folding.folded().operatorCounts().getOrDefault("BatchNormalization", 0),
        () -> folding.refusals().toString());
    Dl4jGraph again = new Dl4jReader(Set.of(WaveLayer.class.getName())).read(deploy);
    assertEquals(folding.folded().inputs(), again.graph().inputs());
    return loaded;
  }

  private ComputationGraph converted(ComputationGraph source, INDArray input, InputType type)
      throws IOException {
    Path train = folder.resolve("train.zip");
    source.save(train.toFile());
    return converted(train, source.outputSingle(input), input, type);
  }

  @Test
  void layersOneAfterTheOther() throws IOException {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .dataType(DataType.DOUBLE)
            .activation(Activation.RELU)
            .list()
            .layer(
                new ConvolutionLayer.Builder(3, 3)
                    .nOut(4)
                    .hasBias(false)
                    .activation(Activation.IDENTITY)
                    .build())
            .layer(new BatchNormalization.Builder().activation(Activation.IDENTITY).build())
            .layer(new WaveLayer(4))
            .layer(
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .build())
            .layer(new DenseLayer.Builder().nOut(5).activation(Activation.IDENTITY).build())
            .layer(new BatchNormalization.Builder().activation(Activation.IDENTITY).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(3)
                    .build())
            .setInputType(InputType.convolutional(9, 8, 2))
            .build();
    MultiLayerNetwork source = new MultiLayerNetwork(configuration);
    source.init();
    source.params().assign(Networks.input(1, (int) source.numParams()).divi(3));
    Path train = folder.resolve("train.zip");
    source.save(train.toFile());
    INDArray input = Networks.input(3, 2, 9, 8);
    ComputationGraph loaded =
        converted(train, source.output(input), input, InputType.convolutional(9, 8, 2));
    assertEquals(
        ((OutputLayer) source.getOutputLayer().conf().getLayer()).getLossFn(),
        assertInstanceOf(OutputLayer.class, layer(loaded, "layer6")).getLossFn());
    assertInstanceOf(WaveLayer.class, layer(loaded, "layer2"));
  }

  private static Object layer(ComputationGraph network, String vertex) {
    return ((LayerVertex) network.getConfiguration().getVertices().get(vertex))
        .getLayerConf()
        .getLayer();
  }

  @Test
  void channelsLastAroundAnUnknownLayer() throws IOException {
    InputType type = InputType.convolutional(6, 5, 3, CNN2DFormat.NHWC);
    ComputationGraph source =
        Networks.random(
            graph ->
                graph
                    .addLayer("conv", channelsLast(4, 3), "input")
                    .addLayer("bn", new BatchNormalization(), "conv")
                    .addLayer("wave", new WaveLayer(6), "bn")
                    .addLayer("conv2", channelsLast(4, 1), "wave")
                    .addLayer("bn2", new BatchNormalization(), "conv2")
                    .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn2", "bn")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "sum")
                    .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "relu")
                    .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                            .activation(Activation.IDENTITY)
                            .nOut(2)
                            .build(),
                        "pool")
                    .setOutputs("out")
                    .setInputTypes(type));
    ComputationGraph loaded = converted(source, Networks.input(2, 6, 5, 3), type);
    assertTrue(
        loaded.getConfiguration().getVertices().values().stream()
            .filter(LayerVertex.class::isInstance)
            .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer())
            .anyMatch(WaveLayer.class::isInstance));
  }

  private static ConvolutionLayer channelsLast(int out, int kernel) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .convolutionMode(ConvolutionMode.Same)
        .dataFormat(CNN2DFormat.NHWC)
        .nOut(out)
        .build();
  }

  @Test
  void timeSeriesWithARecurrentLayer() throws IOException {
    InputType type = InputType.recurrent(3, 7);
    ComputationGraph source =
        Networks.random(
            graph ->
                graph
                    .addLayer(
                        "conv",
                        new Convolution1D.Builder(3)
                            .convolutionMode(ConvolutionMode.Causal)
                            .nOut(4)
                            .build(),
                        "input")
                    .addLayer("conv2", new Convolution1D.Builder(1).nOut(4).build(), "conv")
                    .addLayer("lstm", new LSTM.Builder().nOut(5).build(), "conv2")
                    .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .nOut(2)
                            .build(),
                        "lstm")
                    .setOutputs("out")
                    .setInputTypes(type));
    ComputationGraph loaded = converted(source, Networks.input(2, 3, 7), type);
    assertEquals(layer(source, "lstm"), layer(loaded, "lstm"));
    String output = loaded.getConfiguration().getNetworkOutputs().get(0);
    assertEquals(
        ((RnnOutputLayer) layer(source, "out")).getLossFn(),
        assertInstanceOf(RnnLossLayer.class, layer(loaded, output)).getLossFn());
  }

  @Test
  void layersOfManyKinds() throws IOException {
    InputType type = InputType.convolutional(8, 6, 3);
    ComputationGraph source =
        Networks.random(
            graph ->
                graph
                    .addLayer("padded", new ZeroPaddingLayer.Builder(1, 0, 2, 1).build(), "input")
                    .addLayer(
                        "separable",
                        new SeparableConvolution2D.Builder(3, 3).depthMultiplier(2).nOut(4).build(),
                        "padded")
                    .addLayer("bn", new BatchNormalization(), "separable")
                    .addLayer("lrn", new LocalResponseNormalization(), "bn")
                    .addLayer(
                        "deconv",
                        new Deconvolution2D.Builder(2, 2).stride(2, 2).nOut(3).build(),
                        "lrn")
                    .addLayer("wide", new Upsampling2D.Builder(2).build(), "lrn")
                    .addVertex("both", new MergeVertex(), "deconv", "wide")
                    .addLayer(
                        "mean",
                        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG)
                            .kernelSize(3, 2)
                            .stride(2, 2)
                            .padding(1, 0)
                            .build(),
                        "both")
                    .addLayer("bn2", new BatchNormalization(), "mean")
                    .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                            .activation(Activation.TANH)
                            .nOut(2)
                            .build(),
                        "bn2")
                    .setOutputs("out")
                    .setInputTypes(type));
    ComputationGraph loaded = converted(source, Networks.input(2, 3, 8, 6), type);
    assertEquals(layer(source, "lrn"), layer(loaded, "lrn"));
  }
}
