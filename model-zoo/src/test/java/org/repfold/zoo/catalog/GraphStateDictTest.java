package org.repfold.zoo.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.graph.Graph;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.StateDict;

/** Of every family, the tensors that a graph of operators tells are those of its layers. */
class GraphStateDictTest {

  static Stream<Architecture> smallNetworks() {
    return Families.architectures().stream().filter(network -> network.name().endsWith("_demo"));
  }

  @ParameterizedTest
  @MethodSource("smallNetworks")
  void tensorsOfTheGraphAreThoseOfTheLayers(Architecture architecture) {
    ComputationGraph network = architecture.build(GraphOptions.inference(DataType.FLOAT));
    network.params().assign(Nd4j.rand(DataType.FLOAT, network.params().shape()).addi(0.25));
    Graph graph = new Dl4jReader().read(network).graph();

    Map<String, Tensor> found =
        new TreeMap<>(
            GraphStateDict.of(graph, OfficialTensors.of(architecture.configuration(), Form.TRAIN)));
    found.keySet().removeIf(OfficialTensors::isIgnored);

    Map<String, Tensor> expected = new TreeMap<>();
    StateDict.of(network).forEach((name, values) -> expected.put(name, NdArrays.toTensor(values)));
    assertEquals(expected, found);
  }
}
