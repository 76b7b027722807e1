package org.repfold.zoo.repmlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.zoo.Closeness.assertClose;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.Form;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.PretrainedNetwork;

/** Whole networks: both forms, saved and loaded, folded. */
class RepMLPNetworkTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  /** Rounding of float32 in a dozen layers, relative to the largest output. */
  private static final double FLOAT_TOLERANCE = 2e-6;

  @TempDir Path folder;

  static Stream<RepMLPResNetConfiguration> networks() {
    return Stream.of(RepMLPResNetsTest.SMALL, RepMLPResNets.all().get("repmlp_demo"));
  }

  private static Architecture architecture(RepMLPResNetConfiguration net) {
    return new Architecture("net.json", new RepMLPFamily(), net);
  }

  /** As training leaves it: BatchNorms of all kinds. */
  private static ComputationGraph trained(RepMLPResNetConfiguration net, DataType type) {
    ComputationGraph graph = architecture(net).build(GraphOptions.inference(type));
    Random random = new Random(5);
    graph
        .paramTable()
        .forEach(
            (key, values) -> {
              for (long i = 0; i < values.length(); i++) {
                if (key.endsWith("_var")) {
                  values.putScalar(i, 0.01 + random.nextDouble());
                } else if (key.endsWith("_gamma")
                    || key.endsWith("_beta")
                    || key.endsWith("_mean")) {
                  values.putScalar(i, random.nextDouble() - 0.4);
                }
              }
            });
    return graph;
  }

  private static INDArray images(RepMLPResNetConfiguration net) {
    Nd4j.getRandom().setSeed(3);
    return Nd4j.randn(DataType.DOUBLE, 3, net.inChannels(), net.imageHeight(), net.imageWidth());
  }

  private static INDArray run(Graph graph, INDArray x) {
    return new ReferenceExecutor(graph, ElementType.FLOAT64).run(x);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void foldedNetworkComputesWhatDl4jComputes(RepMLPResNetConfiguration net) {
    ComputationGraph network = trained(net, DataType.DOUBLE);
    INDArray expected = network.outputSingle(images(net));
    Conversion conversion = Conversion.of(new Dl4jReader().read(network).graph());

    assertClose(expected, run(conversion.folding().source(), images(net)), DOUBLE_TOLERANCE);
    assertClose(expected, run(conversion.folding().folded(), images(net)), DOUBLE_TOLERANCE);
    assertEquals(0, conversion.folded().operatorCounts().getOrDefault("BatchNormalization", 0));
    assertEquals(List.of(), conversion.folding().refusals());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void officialFoldsGiveTheOfficialDeployNetwork(RepMLPResNetConfiguration net) {
    Graph train = new Dl4jReader().read(trained(net, DataType.FLOAT)).graph();

    Graph folded = Conversion.of(train, new RepMLPFamily().officialFolds(), Effort.NONE).folded();
    Graph loaded = architecture(net).graph(Form.DEPLOY, GraphStateDict.of(folded));

    assertEquals(Set.copyOf(loaded.nodes()), Set.copyOf(folded.nodes()));
    assertClose(run(train, images(net)), run(loaded, images(net)), FLOAT_TOLERANCE);
  }

  @ParameterizedTest
  @EnumSource
  void checkpointsOfBothFormsAreTheSameFunction(Form form) {
    RepMLPResNetConfiguration net = RepMLPResNetsTest.SMALL;
    Graph train = new Dl4jReader().read(trained(net, DataType.FLOAT)).graph();
    Graph written =
        form == Form.TRAIN
            ? train
            : Conversion.of(train, new RepMLPFamily().officialFolds(), Effort.NONE).folded();
    Map<String, Tensor> tensors = GraphStateDict.of(written);
    Path file = folder.resolve("net.safetensors");
    SafetensorsWriter.write(new Safetensors(tensors, Map.of("format", "pt")), file, false);

    PretrainedNetwork read =
        PretrainedNetwork.read(file, Optional.of(architecture(net)), Optional.empty());

    assertEquals(form, read.form());
    assertClose(run(train, images(net)), run(read.model().graph(), images(net)), FLOAT_TOLERANCE);
  }

  /** Written by PyTorch's own {@code torch.save}, of weights from the formula. */
  @Test
  void checkpointOfPyTorchIsReadAsTheNetworkItsTensorsTell() throws URISyntaxException {
    Path file = Path.of(getClass().getResource("/checkpoints/repmlp_small.pth").toURI());

    PretrainedNetwork read = PretrainedNetwork.read(file, Optional.empty(), Optional.empty());

    assertEquals(
        new RepMLPResNetConfiguration(
            3,
            3,
            32,
            32,
            4,
            7,
            2,
            true,
            List.of(1, 2),
            List.of(8, 16),
            UnitKind.LIGHT,
            List.of(2),
            List.of(),
            2,
            2,
            2,
            List.of(1, 3),
            1),
        read.architecture().configuration());
    assertEquals(Form.TRAIN, read.form());
    assertTrue(read.remarks().toString().contains("images of 32x32"), read.remarks().toString());
    GraphStateDict.of(read.model().graph())
        .forEach(
            (name, tensor) -> {
              if (!OfficialTensors.isIgnored(name)) {
                assertEquals(
                    Tensor.of(
                        tensor.shape(), FormulaWeights.tensor(name, tensor.shape().toArray())),
                    tensor,
                    name);
              }
            });
  }

  @Test
  void savedNetworkIsRecognised() throws IOException {
    RepMLPResNetConfiguration demo = RepMLPResNets.all().get("repmlp_demo");
    Path file = folder.resolve("demo.zip");
    ComputationGraph network = trained(demo, DataType.FLOAT);
    ModelSerializer.writeModel(network, file.toFile(), false);

    PretrainedNetwork found = PretrainedNetwork.recognise(ModelFile.read(file), Optional.empty());

    assertEquals("repmlp_demo", found.architecture().name());
    assertEquals(Form.TRAIN, found.form());
  }

  @Test
  void clonedAndLoadedNetworksComputeTheSame() throws IOException {
    RepMLPResNetConfiguration net = RepMLPResNetsTest.SMALL;
    ComputationGraph network = trained(net, DataType.FLOAT);
    INDArray x = images(net).castTo(DataType.FLOAT);
    Path file = folder.resolve("net.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);

    INDArray expected = network.outputSingle(x);

    assertEquals(expected, ComputationGraph.load(file.toFile(), true).outputSingle(x));
    assertEquals(expected, network.clone().outputSingle(x));
  }
}
