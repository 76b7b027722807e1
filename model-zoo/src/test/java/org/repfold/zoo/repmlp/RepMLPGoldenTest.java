package org.repfold.zoo.repmlp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.zoo.Closeness.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jGraph;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.dl4j.Dl4jWriter;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.StateDict;

/** Blocks and units against what the reference implementation computes. */
class RepMLPGoldenTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final double FLOAT_TOLERANCE = 1e-6;

  /**
   * The reference folds in float32: a scale, and a sum of a few products, each rounded, relative to
   * the largest value of a tensor.
   */
  private static final double FLOAT_ROUNDING = 8 * 0x1p-24;

  private static Conversion convert(GoldenForms form) {
    return Conversion.of(new Dl4jReader().read(form.train(DataType.FLOAT)).graph());
  }

  private static Conversion convertOfficially(GoldenForms form) {
    Graph train = new Dl4jReader().read(form.train(DataType.FLOAT)).graph();
    return Conversion.of(train, new RepMLPFamily().officialFolds(), Effort.NONE);
  }

  private static void assertGives(
      GoldenForms form, Graph graph, ElementType type, double tolerance) {
    Golden golden = form.golden();
    assertClose(
        golden.tensor("y_exact"),
        new ReferenceExecutor(graph, type).run(golden.tensor("x")),
        tolerance);
  }

  @ParameterizedTest
  @EnumSource
  void dl4jReproducesTheReferenceInDouble(GoldenForms form) {
    assertDl4jGives(form, form.train(DataType.DOUBLE), DataType.DOUBLE, DOUBLE_TOLERANCE);
  }

  @ParameterizedTest
  @EnumSource
  void dl4jReproducesTheReferenceInFloat(GoldenForms form) {
    assertDl4jGives(form, form.train(DataType.FLOAT), DataType.FLOAT, FLOAT_TOLERANCE);
  }

  private static void assertDl4jGives(
      GoldenForms form, ComputationGraph graph, DataType type, double tolerance) {
    Golden golden = form.golden();
    assertClose(
        golden.tensor("y_exact"), graph.outputSingle(golden.tensor("x").castTo(type)), tolerance);
  }

  @ParameterizedTest
  @EnumSource
  void everyFormInDoubleReproducesTheReference(GoldenForms form) {
    Conversion conversion = convert(form);

    for (Graph graph :
        List.of(
            conversion.folding().source(),
            conversion.folding().folded(),
            conversion.lowering().folded())) {
      assertGives(form, graph, ElementType.FLOAT64, DOUBLE_TOLERANCE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyFormInFloatReproducesTheReference(GoldenForms form) {
    Conversion conversion = convert(form);

    for (Graph graph :
        List.of(conversion.folding().source(), conversion.folded(), conversion.deploy())) {
      assertGives(form, graph, ElementType.FLOAT32, FLOAT_TOLERANCE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void deployFormHasNoBatchNormAndNoLocalPerceptron(GoldenForms form) {
    Map<String, Integer> operators = convert(form).folded().operatorCounts();

    assertEquals(0, operators.getOrDefault("BatchNormalization", 0));
    int convolutions =
        switch (form) {
          case REPMLP_V1_BLOCK, REPMLP_V1_BLOCK_NO_GLOBAL -> 0;
          case REPMLP_V1_LIGHT -> 3;
          case REPMLP_V1_BOTTLENECK -> 4;
        };
    assertEquals(convolutions + 1, operators.get("Conv"), "those around the block, and FC3");
    assertEquals(
        form == GoldenForms.REPMLP_V1_BLOCK_NO_GLOBAL ? 0 : 2,
        operators.getOrDefault("Gemm", 0),
        "the Global Perceptron's");
  }

  @ParameterizedTest
  @EnumSource
  void loadedDl4jDeployFormReproducesTheReference(GoldenForms form, @TempDir Path folder)
      throws IOException {
    ComputationGraph train = form.train(DataType.FLOAT);
    Dl4jGraph source = new Dl4jReader().read(train);
    Path file = folder.resolve("deploy.zip");
    Dl4jWriter.write(Conversion.of(source.graph()).folded(), source, file);

    ComputationGraph deploy = ComputationGraph.load(file.toFile(), false);

    assertDl4jGives(form, deploy, DataType.FLOAT, FLOAT_TOLERANCE);
    assertTrue(deploy.getVertices().length < train.getVertices().length);
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.repmlp.GoldenForms#withOfficialDeployForm")
  void officialDeployTensorsAreTheReferencesOwn(GoldenForms form) {
    Map<String, Tensor> expected = new TreeMap<>(form.golden().tensorsOf("deploy."));

    Map<String, Tensor> found = GraphStateDict.of(convertOfficially(form).folded());

    assertEquals(expected.keySet(), new TreeMap<>(found).keySet());
    expected.forEach((tensor, values) -> assertSame(tensor, values, found.get(tensor)));
  }

  private static void assertSame(String name, Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape(), name);
    double[] wanted = expected.toDoubles();
    double largest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
    assertArrayEquals(wanted, found.toDoubles(), FLOAT_ROUNDING * largest, name);
  }

  @ParameterizedTest
  @EnumSource
  void officialFoldsKeepTheFunctionAndLeaveNoBatchNorm(GoldenForms form) {
    Conversion conversion = convertOfficially(form);

    assertGives(form, conversion.folding().folded(), ElementType.FLOAT64, DOUBLE_TOLERANCE);
    assertGives(form, conversion.folded(), ElementType.FLOAT32, FLOAT_TOLERANCE);
    assertEquals(0, conversion.folded().operatorCounts().getOrDefault("BatchNormalization", 0));
    assertEquals(List.of(), conversion.folding().refusals());
  }

  @ParameterizedTest
  @EnumSource
  void officialDeployFormLoadsWhatTheFoldsWrite(GoldenForms form) {
    Graph folded = convertOfficially(form).folded();
    ComputationGraph deploy = new ComputationGraph(form.configuration(Form.DEPLOY));
    deploy.init();

    Map<String, INDArray> tensors = new LinkedHashMap<>();
    GraphStateDict.of(folded)
        .forEach((name, values) -> tensors.put(name, NdArrays.of(values, ElementType.FLOAT64)));
    StateDict.load(deploy, tensors);

    assertDl4jGives(form, deploy, DataType.FLOAT, FLOAT_TOLERANCE);
  }

  @ParameterizedTest
  @EnumSource
  void officialNamesAndShapesAreThoseOfTheGoldenForms(GoldenForms form) {
    for (Form side : Form.values()) {
      Map<String, Shape> expected = new LinkedHashMap<>();
      form.golden()
          .tensorsOf(side == Form.TRAIN ? "train." : "deploy.")
          .forEach(
              (name, tensor) -> {
                if (!OfficialTensors.isIgnored(name)) {
                  expected.put(name, tensor.shape());
                }
              });
      if (side == Form.TRAIN || form.hasOfficialDeployForm()) {
        assertEquals(expected, OfficialTensors.of(form.configuration(side)));
      }
    }
  }
}
