package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;

class ActivationsTest {
  private static final InputType MAPS = InputType.convolutional(9, 7, 6);

  private static Graph read(ComputationGraph network) {
    return new Dl4jReader().read(network, MAPS).graph();
  }

  private static ComputationGraph layer(IActivation activation) {
    return random(
        g -> g.addLayer("act", new ActivationLayer(activation), "input").setOutputs("act"));
  }

  /** Reaches from -9 to 9, zero included. */
  private static INDArray wide(long... shape) {
    INDArray x = input(shape).muli(6);
    return x.putScalar(0, 0);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void everyActivationIsMadeOfKnownOperators(Activation activation) {
    ComputationGraph network = layer(activation.getActivationFunction());
    Graph graph = read(network);
    assertSameAnswer(network, graph, wide(2, 6, 9, 7));
    assertEquals(0, graph.operatorCounts().getOrDefault("Opaque", 0));
  }

  static List<IActivation> withParameters() {
    return List.of(
        new ActivationELU(0.7),
        new ActivationLReLU(0.2),
        new ActivationRReLU(0.2, 0.4),
        new ActivationThresholdedReLU(0.4),
        new ActivationReLU(null, null, 0.1),
        new ActivationReLU(2.0, null, null),
        new ActivationReLU(2.0, 0.0, 0.0));
  }

  @ParameterizedTest
  @MethodSource("withParameters")
  void parametersOfActivationsAreKept(IActivation activation) {
    ComputationGraph network = layer(activation);
    Graph graph = read(network);
    assertSameAnswer(network, graph, wide(2, 6, 9, 7));
    assertEquals(0, graph.operatorCounts().getOrDefault("Opaque", 0));
  }

  static Stream<IActivation> unknown() {
    return Stream.of(
        new ActivationReLU(2.0, 0.5, 0.1),
        new ActivationReLU(2.0, null, 0.1),
        new ActivationGELU(true),
        new Squared());
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void activationWithoutOperatorsIsLeftToDl4j(IActivation activation) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "conv",
                        new ConvolutionLayer.Builder(3, 3)
                            .nIn(6)
                            .nOut(5)
                            .activation(activation)
                            .build(),
                        "input")
                    .setOutputs("conv"));
    Dl4jGraph read = new Dl4jReader().read(network, MAPS);
    assertSameAnswer(network, read.graph(), input(2, 6, 9, 7));
    assertEquals(List.of("conv/conv", "conv"), read.vertexNodes().get("conv"));
    Operator operator = read.graph().find("conv").orElseThrow().operator();
    assertEquals(
        activation.getClass().getSimpleName(),
        assertInstanceOf(Operator.Opaque.class, operator).kind());
  }

  @Test
  void softmaxGoesAlongTheLastAxisOfDl4jsLayout() {
    ComputationGraph network = layer(Activation.SOFTMAX.getActivationFunction());
    Graph graph = read(network);
    assertEquals(new Operator.Softmax(3), graph.find("act").orElseThrow().operator());
  }

  /** An activation of a user's own, which extends one of ND4J's. */
  static final class Squared extends ActivationSigmoid {
    private static final long serialVersionUID = 1L;

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
      return in.muli(in);
    }
  }
}
