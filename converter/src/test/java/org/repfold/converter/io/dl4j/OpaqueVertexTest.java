package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.repfold.converter.io.dl4j.Networks.FLOAT64_TOLERANCE;
import static org.repfold.converter.io.dl4j.Networks.assertClose;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;

class OpaqueVertexTest {
  /** A few roundings of float32. */
  private static final double FLOAT32_TOLERANCE = 1e-6;

  private static OpaqueVertex vertex(ComputationGraph network, String name) {
    return new OpaqueVertex(
        name,
        network.getConfiguration().getVertices().get(name),
        Parameters.of(network).of(name),
        network.getConfiguration().getDataType());
  }

  private static ComputationGraph lstm(DataType type) {
    return random(
        type,
        g ->
            g.addLayer(
                    "lstm",
                    new LSTM.Builder().nIn(4).nOut(3).activation(Activation.TANH).build(),
                    "input")
                .setOutputs("lstm"));
  }

  @Test
  void itComputesWhatItsVertexDoes() {
    ComputationGraph network = lstm(DataType.DOUBLE);
    OpaqueVertex vertex = vertex(network, "lstm");
    INDArray x = input(2, 4, 5);
    INDArray expected = network.output(false, x)[0];
    assertClose(expected, vertex.execute(List.of(x), ElementType.FLOAT64), FLOAT64_TOLERANCE);
    INDArray rounded = vertex.execute(List.of(x.castTo(DataType.FLOAT)), ElementType.FLOAT32);
    assertEquals(DataType.FLOAT, rounded.dataType());
    assertClose(expected, rounded, FLOAT32_TOLERANCE);
  }

  @Test
  void itKeepsParametersAndConfiguration() {
    ComputationGraph network = lstm(DataType.FLOAT);
    OpaqueVertex vertex = vertex(network, "lstm");
    assertEquals(Parameters.of(network).of("lstm"), vertex.parameters());
    assertEquals(
        network.getConfiguration().getVertices().get("lstm"),
        vertex(network, "lstm").configuration());
    assertEquals(ElementType.FLOAT32, vertex.parameters().get("W").type());
    assertEquals(vertex(network, "lstm"), vertex);
    network.getVertex("lstm").paramTable(false).get("W").assign(0);
    assertNotEquals(vertex(network, "lstm"), vertex);
  }

  @Test
  void itComputesWithOtherParameters() {
    ComputationGraph network = lstm(DataType.DOUBLE);
    OpaqueVertex vertex =
        vertex(network, "lstm")
            .mapParameters(tensor -> Tensor.of(tensor.shape(), new double[tensor.size()]));
    INDArray found = vertex.execute(List.of(input(2, 4, 5)), ElementType.FLOAT64);
    assertEquals(0, found.amaxNumber().doubleValue());
  }

  @Test
  void itsInputsStayAsTheyAre() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("act", new ActivationLayer(Activation.CUBE), "input").setOutputs("act"));
    INDArray x = input(2, 4);
    INDArray copy = x.dup();
    vertex(network, "act").execute(List.of(x), ElementType.FLOAT64);
    assertEquals(copy, x);
  }

  @Test
  void itTakesSeveralInputs() {
    ComputationGraph network =
        random(g -> g.addVertex("l2", new L2Vertex(), "input", "input").setOutputs("l2"));
    INDArray x = input(2, 4);
    INDArray distances = vertex(network, "l2").execute(List.of(x, x.add(1)), ElementType.FLOAT64);
    assertClose(x.norm2(true, 1).mul(0).add(2), distances, FLOAT64_TOLERANCE);
  }

  @Test
  void itIsEqualUnderAnotherNameInAnotherPrecisionAndAfterTraining() {
    OpaqueVertex vertex = vertex(lstm(DataType.DOUBLE), "lstm");
    GraphVertex changed = vertex.configuration();
    changed.setDataType(DataType.FLOAT);
    ((LayerVertex) changed).getLayerConf().setIterationCount(100);
    ((LayerVertex) changed).getLayerConf().getLayer().setLayerName("other");
    assertEquals(vertex, new OpaqueVertex("other", changed, vertex.parameters(), DataType.FLOAT));
  }

  @Test
  void itDiffersWhereItsConfigurationDoes() {
    OpaqueVertex vertex = vertex(lstm(DataType.FLOAT), "lstm");
    GraphVertex changed = vertex.configuration();
    ((LSTM) ((LayerVertex) changed).getLayerConf().getLayer())
        .setActivationFn(new ActivationSoftSign());
    assertNotEquals(vertex, new OpaqueVertex("lstm", changed, vertex.parameters(), DataType.FLOAT));
  }
}
