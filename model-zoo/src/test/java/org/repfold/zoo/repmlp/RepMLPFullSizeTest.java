package org.repfold.zoo.repmlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.zoo.Form;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;

/** The published networks with weights from a formula, before and after folding. */
@Tag("slow")
class RepMLPFullSizeTest {
  /** Rounding of float64 through 50 layers with up to 6,272 terms per sum. */
  private static final double DOUBLE_TOLERANCE = 1e-10;

  private static final double FLOAT_TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"repmlp_res50_light_224", "repmlp_res50_bottleneck_224"})
  void allFormsReproduceTheReferenceLogits(String name) {
    INDArray x = Nd4j.createFromArray(FormulaWeights.input(3 * 224 * 224)).reshape(1, 3, 224, 224);
    INDArray exact = Golden.read(name).tensor("y_exact");
    ComputationGraph network =
        new ComputationGraph(
            RepMLPResNets.all()
                .get(name)
                .graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT)));
    network.init();
    FormulaWeights.fill(network);
    assertClose(exact, network.outputSingle(x), FLOAT_TOLERANCE);
    Graph train = new Dl4jReader().read(network).graph();
    network.close();
    Conversion conversion = Conversion.of(train);

    assertClose(exact, run(train, ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(
        exact, run(conversion.lowering().folded(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(exact, run(train, ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertClose(exact, run(conversion.deploy(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    Graph official = Conversion.of(train, new RepMLPFamily().officialFolds(), Effort.NONE).folded();
    assertClose(exact, run(official, ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertEquals(0, conversion.deploy().operatorCounts().getOrDefault("BatchNormalization", 0));
  }

  private static INDArray run(Graph graph, ElementType type, INDArray x) {
    return new ReferenceExecutor(graph, type).run(x).castTo(DataType.DOUBLE);
  }
}
