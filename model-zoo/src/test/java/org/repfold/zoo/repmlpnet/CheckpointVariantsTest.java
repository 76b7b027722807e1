package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.Checkpoint;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

/**
 * Every golden network from every variant of checkpoint that PyTorch and safetensors write: read,
 * converted, and computing what the reference does. See the test resources' {@code
 * checkpoints/README.md}.
 */
class CheckpointVariantsTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final GraphOptions OPTIONS = GraphOptions.inference(DataType.DOUBLE);

  /** How weights of a type are near those that they were rounded from: half of their last bit. */
  private enum Rounding {
    NONE(0),
    FLOAT16(0x1p-11),
    BFLOAT16(0x1p-8);

    /** Half the distance of the smallest float16 numbers. */
    private static final double SMALLEST = 0x1p-25;

    private final double relative;

    Rounding(double relative) {
      this.relative = relative;
    }

    void assertHolds(Map<String, Tensor> exact, Map<String, Tensor> found) {
      assertEquals(exact.keySet(), found.keySet());
      exact.forEach(
          (name, tensor) -> {
            assertEquals(tensor.shape(), found.get(name).shape(), name);
            for (int i = 0; i < tensor.size(); i++) {
              double value = tensor.get(i);
              double tolerance = relative == 0 ? 0 : relative * Math.abs(value) + SMALLEST;
              assertEquals(value, found.get(name).get(i), tolerance, name);
            }
          });
    }
  }

  /**
   * What a file is.
   *
   * @param file its name in the network's folder
   * @param section the key that the tensors stand under, "" for none
   * @param prefixes before their names
   * @param rounding of its weights
   */
  private record Variant(String file, String section, String prefixes, Rounding rounding) {}

  private static Variant plain(String file) {
    return new Variant(file, "", "", Rounding.NONE);
  }

  private static Variant rounded(String file, Rounding rounding) {
    return new Variant(file, "", "", rounding);
  }

  /** Of small networks, each variant alone. */
  private static final List<Variant> EACH_ALONE =
      List.of(
          plain("bare.pth"),
          plain("legacy.pth"),
          plain("dict.pth"),
          new Variant("model.pth", "model", "", Rounding.NONE),
          new Variant("state_dict.pth", "state_dict", "", Rounding.NONE),
          new Variant("state_dict_ema.pth", "state_dict_ema", "", Rounding.NONE),
          new Variant("model_ema.pth", "model_ema", "", Rounding.NONE),
          new Variant("module.pth", "", "module.", Rounding.NONE),
          new Variant("backbone.pth", "", "backbone.", Rounding.NONE),
          new Variant("compiled.pth", "", "_orig_mod.", Rounding.NONE),
          new Variant("prefixes.pth", "state_dict", "module. _orig_mod. backbone.", Rounding.NONE),
          plain("parameters.pth"),
          plain("shared.pth"),
          plain("shared_legacy.pth"),
          plain("strided.pth"),
          plain("strided_legacy.pth"),
          plain("float64.pth"),
          rounded("float16.pth", Rounding.FLOAT16),
          rounded("bfloat16.pth", Rounding.BFLOAT16),
          rounded("bfloat16_legacy.pth", Rounding.BFLOAT16),
          plain("float64.safetensors"),
          plain("float32.safetensors"),
          rounded("float16.safetensors", Rounding.FLOAT16),
          rounded("bfloat16.safetensors", Rounding.BFLOAT16));

  /** Of larger networks, several variants at once. */
  private static final List<Variant> TOGETHER =
      List.of(
          // A training's state: Parameters.
          new Variant("training.pth", "model", "module.", Rounding.NONE),
          // Strided views, in the layout before PyTorch 1.6.
          new Variant("averaged_legacy.pth", "state_dict_ema", "backbone.", Rounding.NONE),
          // Views of one storage.
          new Variant("averaged.pth", "model_ema", "_orig_mod.", Rounding.NONE),
          // A plain dictionary.
          new Variant("half.pth", "state_dict", "module.", Rounding.FLOAT16),
          rounded("brain_legacy.pth", Rounding.BFLOAT16));

  static Stream<Arguments> checkpoints() {
    Map<String, ComputationGraphConfiguration> networks = new LinkedHashMap<>();
    RepMLPNetGoldenTest.blocks()
        .map(Arguments::get)
        .forEach(
            block ->
                networks.put(
                    (String) block[0],
                    RepMLPNet.blockConfiguration((RepMLPBlockConfiguration) block[1], OPTIONS)));
    networks.put("repmlpnet_tiny", RepMLPNet.configuration(RepMLPNetGoldenTest.TINY, OPTIONS));
    Set<String> small = Set.of("repmlpnet_block", "repmlpnet_block_noconv");
    return networks.entrySet().stream()
        .flatMap(
            network ->
                (small.contains(network.getKey()) ? EACH_ALONE : TOGETHER)
                    .stream().map(v -> Arguments.of(network.getKey(), network.getValue(), v)));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("checkpoints")
  void checkpointIsReadConvertedAndComputesWhatTheReferenceDoes(
      String name, ComputationGraphConfiguration configuration, Variant variant)
      throws URISyntaxException {
    Golden golden = Golden.read(name);
    String resource = "/checkpoints/" + name + "/" + variant.file();

    Checkpoint read = Checkpoint.read(Path.of(getClass().getResource(resource).toURI()));

    assertEquals(variant.section(), read.section().orElse(""));
    assertEquals(variant.prefixes(), String.join(" ", read.strippedPrefixes()));
    variant.rounding().assertHolds(golden.tensorsOf("train."), read.tensors());
    Graph train = graph(configuration, read.tensors());
    INDArray x = golden.tensor("x");
    INDArray exact = variant.rounding() == Rounding.NONE ? golden.tensor("y_exact") : run(train, x);
    Conversion conversion = Conversion.of(train, Effort.NONE);
    assertClose(exact, run(train, x), DOUBLE_TOLERANCE);
    assertClose(exact, run(conversion.lowering().folded(), x), DOUBLE_TOLERANCE);
    assertEquals(0, conversion.folded().operatorCounts().getOrDefault("BatchNormalization", 0));
  }

  private static Graph graph(
      ComputationGraphConfiguration configuration, Map<String, Tensor> tensors) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    tensors.forEach((name, t) -> arrays.put(name, NdArrays.of(t, ElementType.FLOAT64)));
    ComputationGraph network = new ComputationGraph(configuration);
    network.init();
    StateDict.load(network, arrays);
    return new Dl4jReader().read(network).graph();
  }

  private static INDArray run(Graph graph, INDArray x) {
    return new ReferenceExecutor(graph, ElementType.FLOAT64).run(x);
  }
}
