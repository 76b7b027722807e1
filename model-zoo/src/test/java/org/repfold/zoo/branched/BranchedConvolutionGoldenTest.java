package org.repfold.zoo.branched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jGraph;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.dl4j.Dl4jWriter;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.converter.verify.certificate.Certificate;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Naming;
import org.repfold.zoo.StateDict;
import org.repfold.zoo.catalog.Architecture;

/** Single blocks with the weights of the official RepVGG's and timm's MobileOne's. */
class BranchedConvolutionGoldenTest {
  /** Rounding of float64 in sums of some hundred terms. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final double FLOAT_TOLERANCE = 1e-6;

  /**
   * The reference folds in float32: scales and sums of a few terms, each rounded, relative to the
   * largest value of a tensor.
   */
  private static final double FLOAT_ROUNDING = 8 * 0x1p-24;

  static Stream<Arguments> blocks() {
    ModuleNames repvgg = names("repvgg_a0", Naming.OFFICIAL);
    ModuleNames mobileone = names("mobileone_s0", Naming.TIMM);
    return Stream.of(
        Arguments.of("repvgg_identity", new BranchedConvolution(8, 8, 3, 1, 2, 1), repvgg),
        Arguments.of("repvgg_stride2", new BranchedConvolution(4, 8, 3, 2, 1, 1), repvgg),
        Arguments.of("mobileone_dense", new BranchedConvolution(8, 8, 3, 1, 1, 3), mobileone),
        Arguments.of("mobileone_depthwise", new BranchedConvolution(8, 8, 3, 1, 8, 3), mobileone));
  }

  private static ModuleNames names(String network, Naming names) {
    BranchedConfiguration<?> configuration =
        (BranchedConfiguration<?>) Architecture.find(network).configuration();
    return configuration.named(names).modules();
  }

  private static ComputationGraph network(
      Golden golden, BranchedConvolution block, ModuleNames names, DataType type) {
    INDArray x = golden.tensor("x");
    ComputationGraph network =
        new ComputationGraph(
            block.configuration(
                names, (int) x.size(2), (int) x.size(3), Form.TRAIN, GraphOptions.inference(type)));
    network.init();
    StateDict.load(network, golden.train());
    return network;
  }

  private static Graph graph(Golden golden, BranchedConvolution block, ModuleNames names) {
    return new Dl4jReader().read(network(golden, block, names, DataType.FLOAT)).graph();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void dl4jReproducesTheReference(String name, BranchedConvolution block, ModuleNames names) {
    Golden golden = Golden.read(name);
    INDArray x = golden.tensor("x");

    assertClose(
        golden.tensor("y_exact"),
        network(golden, block, names, DataType.DOUBLE).outputSingle(x),
        DOUBLE_TOLERANCE);
    assertClose(
        golden.tensor("y_exact"),
        network(golden, block, names, DataType.FLOAT).outputSingle(x.castTo(DataType.FLOAT)),
        FLOAT_TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void everyFormReproducesTheReference(String name, BranchedConvolution block, ModuleNames names) {
    Golden golden = Golden.read(name);
    Conversion conversion = Conversion.of(graph(golden, block, names));

    for (Graph form :
        List.of(
            conversion.folding().source(),
            conversion.folding().folded(),
            conversion.lowering().folded())) {
      assertGives(golden, form, ElementType.FLOAT64, DOUBLE_TOLERANCE);
    }
    for (Graph form :
        List.of(conversion.folding().source(), conversion.folded(), conversion.deploy())) {
      assertGives(golden, form, ElementType.FLOAT32, FLOAT_TOLERANCE);
    }
  }

  private static void assertGives(Golden golden, Graph graph, ElementType type, double tolerance) {
    INDArray output = new ReferenceExecutor(graph, type).run(golden.tensor("x"));
    assertClose(golden.tensor("y_exact"), output, tolerance);
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void oneConvolutionIsLeft(String name, BranchedConvolution block, ModuleNames names) {
    Conversion conversion = Conversion.of(graph(Golden.read(name), block, names));

    assertEquals(Map.of("Conv", 1, "Relu", 1), conversion.deploy().operatorCounts());
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void loadedDeployFormReproducesTheReference(
      String name, BranchedConvolution block, ModuleNames names, @TempDir Path folder)
      throws IOException {
    Golden golden = Golden.read(name);
    Dl4jGraph source = new Dl4jReader().read(network(golden, block, names, DataType.FLOAT));
    Path file = folder.resolve("deploy.zip");
    Dl4jWriter.write(Conversion.of(source.graph()).folded(), source, file);

    ComputationGraph loaded = ComputationGraph.load(file.toFile(), false);

    assertClose(
        golden.tensor("y_exact"),
        loaded.outputSingle(golden.tensor("x").castTo(DataType.FLOAT)),
        FLOAT_TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void officialDeployTensorsAreTheReferencesOwn(
      String name, BranchedConvolution block, ModuleNames names) {
    Golden golden = Golden.read(name);
    Map<String, Tensor> expected = golden.tensorsOf("deploy.");

    Conversion conversion =
        Conversion.of(
            graph(golden, block, names), BranchedNetwork.officialFolds(List.of(names)), Effort.ALL);
    Map<String, Tensor> found = new TreeMap<>(GraphStateDict.of(conversion.folded()));

    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((tensor, values) -> assertSame(tensor, values, found.get(tensor)));
    assertEquals(
        conversion.folding().steps().size(),
        conversion.certificates().count(Certificate.Outcome.CERTIFIED));
  }

  private static void assertSame(String name, Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape(), name);
    double[] wanted = expected.toDoubles();
    double largest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], found.get(i), FLOAT_ROUNDING * largest, name + "[" + i + "]");
    }
  }
}
