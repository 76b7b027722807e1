package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A network that a user built as a {@code MultiLayerNetwork}, for maps of any size. */
class UserNetworkTest {
  @TempDir Path folder;
  private Path train;

  @BeforeEach
  void writeNetwork() throws IOException {
    train = write("train.zip", new LocalResponseNormalization());
  }

  private Path write(String name, Layer middle) throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .convolutionMode(ConvolutionMode.Same)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nIn(3).nOut(6).build())
                .layer(new BatchNormalization.Builder().nIn(6).nOut(6).build())
                .layer(middle)
                .layer(
                    new SubsamplingLayer.Builder(PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new ConvolutionLayer.Builder(3, 3).nIn(6).nOut(5).build())
                .layer(new GlobalPoolingLayer(PoolingType.AVG))
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(5)
                        .nOut(4)
                        .build())
                .build());
    network.init();
    Random random = new Random(7);
    network.paramTable().values().forEach(values -> randomise(values, random));
    Path file = folder.resolve(name);
    ModelSerializer.writeModel(network, file.toFile(), false);
    return file;
  }

  private static void randomise(INDArray values, Random random) {
    for (long i = 0; i < values.length(); i++) {
      values.putScalar(i, 0.4 * random.nextGaussian());
    }
  }

  @Test
  void itIsConvertedWithTheShapeThatTheUserStates() {
    Path deploy = folder.resolve("deploy.zip");
    CommandResult.of("convert", train, "-o", deploy, "--input-shape", "input=3x10x9").assertDone();
    CommandResult.of("verify", train, deploy, "--input-shape", "input=3x10x9").assertDone();
    String inspected = CommandResult.of("inspect", deploy).assertDone().out();
    assertTrue(inspected.contains("3x10x9"), inspected);
  }

  @Test
  void itIsVerifiedWithOnnxRuntimeWhereAllItsLayersAreKnown() throws IOException {
    Path known = write("known.zip", new ActivationLayer(Activation.GELU));
    Path deploy = folder.resolve("deploy.onnx");
    CommandResult.of("convert", known, "-o", deploy, "--input-shape", "input=3x10x9").assertDone();
    CommandResult.of("verify", known, deploy, "--input-shape", "input=3x10x9").assertDone();
  }

  @Test
  void aShapeThatNothingFixesMustBeStated() {
    CommandResult.of("inspect", train).assertBadInput("input 'input': expected its shape");
  }

  @Test
  void aShapeThatIsNoneIsRefused() {
    CommandResult.of("inspect", train, "--input-shape", "input=3x-1")
        .assertBadInput("--input-shape: expected sizes such as input=3x224x224, found '3x-1'");
    CommandResult.of("inspect", train, "--input-shape", "image=3x9x9")
        .assertBadInput("train.zip: expected shapes for the inputs [input], found [image]");
  }
}
