package org.repfold.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.repmlpnet.RepMLPNet;
import org.repfold.zoo.repmlpnet.RepMLPNetGoldenTest;

class StateDictTest {
  private static ComputationGraph graph(long seed) {
    return RepMLPNet.build(
        RepMLPNetGoldenTest.TINY,
        new GraphOptions(
            DataType.DOUBLE,
            seed,
            new org.nd4j.linalg.learning.config.NoOp(),
            Regularization.NONE));
  }

  @Test
  void whatIsTakenFromOneGraphLoadsIntoAnother() {
    ComputationGraph source = graph(1);
    ComputationGraph target = graph(2);
    StateDict.load(target, StateDict.of(source));
    assertEquals(source.params(), target.params());
  }

  @Test
  void namesAndShapesAreThoseOfTheOfficialCheckpoint() {
    Map<String, INDArray> official = Golden.read("repmlpnet_tiny").train();
    official.keySet().removeIf(name -> name.endsWith("num_batches_tracked"));
    assertEquals(official.keySet(), StateDict.of(graph(1)).keySet());
  }

  @Test
  void everyProblemIsListedAtOnceAndNothingIsLoaded() {
    ComputationGraph graph = graph(1);
    INDArray before = graph.params().dup();
    Map<String, INDArray> tensors = StateDict.of(graph(2));
    tensors.remove("head.weight");
    tensors.put("head.bias", Nd4j.zeros(DataType.DOUBLE, 11));
    tensors.put("tail.bias", Nd4j.zeros(DataType.DOUBLE, 1));
    String message =
        assertThrows(BadInputException.class, () -> StateDict.load(graph, tensors)).getMessage();
    assertTrue(message.contains("missing head.weight"), message);
    assertTrue(message.contains("head.bias: expected shape [10], found [11]"), message);
    assertTrue(message.contains("unexpected tail.bias"), message);
    assertEquals(before, graph.params());
  }

  @Test
  void initialWeightsFollowTheSeed() {
    assertEquals(graph(3).params(), graph(3).params());
    assertTrue(!graph(3).params().equals(graph(4).params()));
  }

  @Test
  void initialWeightsFillThePytorchRange() {
    INDArray weight = StateDict.of(graph(1)).get("stages.1.0.ffn_block.ffn_fc2.conv.weight");
    double bound = 1 / Math.sqrt(128);
    assertTrue(weight.amaxNumber().doubleValue() <= bound);
    // The variance of a uniform distribution over +-bound is bound^2 / 3; 4,096 samples.
    assertEquals(bound * bound / 3, weight.varNumber().doubleValue(), 0.05 * bound * bound);
  }
}
