package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.Conversion;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.onnx.OnnxReader;
import org.repfold.graph.onnx.OnnxWriter;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

/** Verifies the deploy form of RepMLPNet as read back from its file. */
class RepMLPNetVerificationTest {

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.repmlpnet.RepMLPNetFoldTest#goldens")
  void theDeployFilePasses(String name, ComputationGraph network) {
    Conversion conversion = convert(name, network);

    Verification result = verify(conversion, conversion.deploy());

    assertEquals(List.of(), result.failures());
    assertTrue(result.values().size() > 3, "only " + result.values());
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.repmlpnet.RepMLPNetFoldTest#goldens")
  void aDeployFileWithOneChangedWeightFails(String name, ComputationGraph network) {
    Conversion conversion = convert(name, network);
    Graph changed =
        conversion
            .deploy()
            .mapOperators(
                operator ->
                    operator instanceof Operator.Constant
                        ? operator.mapParameters(RepMLPNetVerificationTest::firstHalved)
                        : operator);

    Verification result = verify(conversion, changed);

    assertFalse(result.rounding().passed());
    assertFalse(result.behaviour().passed());
    assertNotNull(result.rounding().worst());
  }

  @Test
  @Tag("slow")
  void t224Passes() {
    ComputationGraph network =
        FormulaWeights.fill(
            RepMLPNet.build(
                RepMLPNets.named("repmlpnet_t224"), GraphOptions.inference(DataType.FLOAT)));
    Conversion conversion = Conversion.of(new Dl4jReader().read(network).graph());

    Verification result =
        Verifier.verify(conversion, conversion.deploy(), VerifyOptions.defaults());

    assertEquals(List.of(), result.failures());
  }

  private static Verification verify(Conversion conversion, Graph written) {
    Graph shipped = OnnxReader.read(OnnxWriter.toBytes(written));
    return Verifier.verify(conversion, shipped, VerifyOptions.defaults());
  }

  private static Conversion convert(String name, ComputationGraph network) {
    StateDict.load(network, Golden.read(name).train());
    return Conversion.of(new Dl4jReader().read(network).graph());
  }

  private static Tensor firstHalved(Tensor tensor) {
    float[] elements = tensor.toFloats();
    elements[0] /= 2;
    return Tensor.of(tensor.shape(), elements);
  }
}
