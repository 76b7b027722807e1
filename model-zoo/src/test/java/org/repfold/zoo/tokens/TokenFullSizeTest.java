package org.repfold.zoo.tokens;

import static org.repfold.zoo.Closeness.assertClose;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.Golden;
import org.repfold.zoo.catalog.Architecture;

/** Published networks with weights from a formula, before and after folding. */
@Tag("slow")
class TokenFullSizeTest {
  /** Rounding of float64 through up to 36 blocks with up to 3,072 terms per sum. */
  private static final double DOUBLE_TOLERANCE = 1e-10;

  private static final double FLOAT_TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mixer_s32_224",
        "mixer_s16_224",
        "mixer_b16_224",
        "resmlp_12_224",
        "resmlp_24_224",
        "resmlp_36_224",
        "gmlp_ti16_224",
        "gmlp_s16_224",
        "gmlp_b16_224"
      })
  void allFormsReproduceTheReferenceLogits(String name) {
    INDArray x = Nd4j.createFromArray(FormulaWeights.input(3 * 224 * 224)).reshape(1, 3, 224, 224);
    INDArray exact = Golden.read(name).tensor("y_exact");
    ComputationGraph network =
        FormulaWeights.fill(
            TinyNetworks.build(Architecture.find(name).configuration(), DataType.FLOAT));
    assertClose(exact, network.outputSingle(x), FLOAT_TOLERANCE);
    Conversion conversion = Conversion.of(new Dl4jReader().read(network).graph());
    network.close();

    assertClose(
        exact, run(conversion.folding().source(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(
        exact, run(conversion.lowering().folded(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(exact, run(conversion.folding().source(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertClose(exact, run(conversion.deploy(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
  }

  private static INDArray run(Graph graph, ElementType type, INDArray x) {
    return new ReferenceExecutor(graph, type).run(x).castTo(DataType.DOUBLE);
  }
}
