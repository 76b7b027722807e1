package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.converter.io.dl4j.Networks.FLOAT64_TOLERANCE;
import static org.repfold.converter.io.dl4j.Networks.assertClose;

import com.example.WaveLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.converter.Conversion;
import org.repfold.converter.DeployForm;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/** A network with a layer in it that this library knows nothing of. */
class OpaqueLayerTest {
  /** Two float32 computations of about ten layers in different order. */
  private static final double FLOAT32_TOLERANCE = 1e-5;

  private static final InputType INPUT = InputType.convolutional(9, 7, 3);
  private static final Set<String> ALLOWED = Set.of(WaveLayer.class.getName());

  private static String conv(
      GraphBuilder graph, String name, int out, int kernel, int stride, boolean relu, String in) {
    graph
        .addLayer(
            name,
            new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(kernel / 2, kernel / 2)
                .nOut(out)
                .hasBias(false)
                .build(),
            in)
        .addLayer(name + "-bn", new BatchNormalization(), name);
    if (!relu) {
      return name + "-bn";
    }
    graph.addLayer(name + "-relu", new ActivationLayer(Activation.RELU), name + "-bn");
    return name + "-relu";
  }

  private static String block(GraphBuilder graph, String name, int out, int stride, String in) {
    String first = conv(graph, name + "-1", out, 3, stride, true, in);
    String second = conv(graph, name + "-2", out, 3, 1, false, first);
    String skip = stride == 1 ? in : conv(graph, name + "-skip", out, 1, stride, false, in);
    graph
        .addVertex(name + "-sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), second, skip)
        .addLayer(name, new ActivationLayer(Activation.RELU), name + "-sum");
    return name;
  }

  /** A small ResNet (arXiv 1512.03385) with the user's layer between its two blocks. */
  private static ComputationGraph resNet(DataType type) {
    return Networks.random(
        type,
        graph -> {
          String stem = conv(graph, "stem", 4, 3, 1, true, "input");
          String first = block(graph, "first", 4, 1, stem);
          graph.addLayer("wave", new WaveLayer(4), first);
          String second = block(graph, "second", 6, 2, "wave");
          graph
              .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), second)
              .addLayer(
                  "out",
                  new OutputLayer.Builder(LossFunction.MCXENT)
                      .activation(Activation.SOFTMAX)
                      .nOut(5)
                      .build(),
                  "pool")
              .setOutputs("out")
              .setInputTypes(INPUT);
        });
  }

  private static INDArray input() {
    return Networks.input(2, 3, 9, 7);
  }

  private static void assertKept(ComputationGraph source, ComputationGraph deploy) {
    LayerVertex vertex =
        assertInstanceOf(LayerVertex.class, deploy.getConfiguration().getVertices().get("wave"));
    assertInstanceOf(WaveLayer.class, vertex.getLayerConf().getLayer());
    for (String key : new String[] {"amplitude", "frequency"}) {
      assertEquals(
          source.getVertex("wave").paramTable(false).get(key),
          deploy.getVertex("wave").paramTable(false).get(key));
    }
    assertFalse(
        deploy.getConfiguration().getVertices().values().stream()
            .filter(LayerVertex.class::isInstance)
            .map(layer -> ((LayerVertex) layer).getLayerConf().getLayer())
            .anyMatch(BatchNormalization.class::isInstance));
  }

  @Test
  void resNetAroundItFoldsAndGivesTheSameAnswerInFloat64(@TempDir Path folder) throws IOException {
    ComputationGraph source = resNet(DataType.DOUBLE);
    Path train = folder.resolve("train.zip");
    source.save(train.toFile());
    Dl4jGraph read = new Dl4jReader(ALLOWED).read(train, INPUT);
    Folding folding = Folder.fold(read.graph());
    Path deploy = folder.resolve("deploy.zip");
    Dl4jWriter.write(
        Dl4jWriter.toComputationGraph(folding.folded(), Optional.of(read), ElementType.FLOAT64),
        folding.folded().inputs(),
        Map.of(),
        deploy,
        false);
    ComputationGraph loaded = ComputationGraph.load(deploy.toFile(), false);
    assertKept(source, loaded);
    assertClose(source.outputSingle(input()), loaded.outputSingle(input()), FLOAT64_TOLERANCE);
  }

  @Test
  void resNetAroundItFoldsAndGivesTheSameAnswerInFloat32(@TempDir Path folder) throws IOException {
    ComputationGraph source = resNet(DataType.FLOAT);
    Path train = folder.resolve("train.zip");
    source.save(train.toFile());
    Dl4jGraph read = new Dl4jReader(ALLOWED).read(train, INPUT);
    Path deploy = folder.resolve("deploy.zip");
    DeployForm.of(Conversion.of(read.graph()), ModelFile.Format.DL4J, Optional.of(read), Map.of())
        .write(deploy, false);
    ComputationGraph loaded = ComputationGraph.load(deploy.toFile(), false);
    assertKept(source, loaded);
    INDArray input = input().castTo(DataType.FLOAT);
    assertClose(source.outputSingle(input), loaded.outputSingle(input), FLOAT32_TOLERANCE);
  }

  @Test
  void conversionAroundItIsVerified() {
    ComputationGraph source = resNet(DataType.FLOAT);
    Dl4jGraph read = new Dl4jReader().read(source, INPUT);
    DeployForm deploy =
        DeployForm.of(
            Conversion.of(read.graph()), ModelFile.Format.DL4J, Optional.of(read), Map.of());
    VerifyOptions options =
        VerifyOptions.defaults()
            .withEngines(
                List.of(new Dl4jEngine(source)),
                List.of(new Dl4jEngine(deploy.dl4j().orElseThrow())));
    Verification result = Verifier.verify(deploy.folding(), deploy.shipped(), options);
    assertEquals(List.of(), result.failures());
    assertTrue(
        result.values().stream().anyMatch(check -> check.node().equals("wave")),
        "the layer's value was compared");
  }

  @Test
  void changeOfItsParametersInTheDeployFormIsNoticed() {
    Dl4jGraph read = new Dl4jReader().read(resNet(DataType.FLOAT), INPUT);
    DeployForm deploy =
        DeployForm.of(
            Conversion.of(read.graph()), ModelFile.Format.DL4J, Optional.of(read), Map.of());
    Graph spoilt =
        deploy
            .shipped()
            .mapOperators(
                operator ->
                    operator instanceof Operator.Opaque
                        ? operator.mapParameters(OpaqueLayerTest::doubled)
                        : operator);
    Verification result = Verifier.verify(deploy.folding(), spoilt, VerifyOptions.defaults());
    assertTrue(
        result.failures().stream().anyMatch(f -> f.startsWith("rounding: node 'wave': ")),
        result.failures()::toString);
  }

  private static Tensor doubled(Tensor tensor) {
    return Tensor.of(
        tensor.shape(), Arrays.stream(tensor.toDoubles()).map(value -> 2 * value).toArray());
  }

  @Test
  void zipThatNamesItsClassIsRefusedUnlessTheClassIsAllowed(@TempDir Path folder)
      throws IOException {
    Path train = folder.resolve("train.zip");
    resNet(DataType.FLOAT).save(train.toFile());
    String message =
        assertThrows(BadInputException.class, () -> new Dl4jReader().read(train, INPUT))
            .getMessage();
    assertTrue(message.contains("'com.example.WaveLayer'"), message);
  }

  @Test
  void cannotBeWrittenAsOnnx() {
    Dl4jGraph read = new Dl4jReader().read(resNet(DataType.FLOAT), INPUT);
    Conversion conversion = Conversion.of(read.graph());
    String message =
        assertThrows(
                BadInputException.class,
                () ->
                    DeployForm.of(conversion, ModelFile.Format.ONNX, Optional.of(read), Map.of())
                        .write(Path.of("never.onnx"), false))
            .getMessage();
    assertTrue(message.startsWith("node 'wave'"), message);
  }
}
