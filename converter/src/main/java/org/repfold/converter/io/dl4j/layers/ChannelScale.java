package org.repfold.converter.io.dl4j.layers;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.SelfDescribing;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Operator;

/**
 * Multiplies a map {@code [N, C, H, W]}, the first input, by one factor for each example and
 * channel, {@code [N, C, 1, 1]}, the second input: the gate of squeeze-and-excitation (arXiv
 * 1709.01507) and of RepMLPNet's global perceptron.
 */
public final class ChannelScale extends GraphVertex implements SelfDescribing {
  private static final long serialVersionUID = 1L;

  @Override
  public GraphVertex clone() {
    return new ChannelScale();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelScale;
  }

  @Override
  public int hashCode() {
    return ChannelScale.class.hashCode();
  }

  @Override
  public long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public int minVertexInputs() {
    return 2;
  }

  @Override
  public int maxVertexInputs() {
    return 2;
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    return new ChannelScaleVertex(graph, name, index, networkDatatype);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... inputs)
      throws InvalidInputTypeException {
    if (inputs.length == 2
        && inputs[0] instanceof InputType.InputTypeConvolutional map
        && inputs[1] instanceof InputType.InputTypeConvolutional gate
        && gate.getHeight() == 1
        && gate.getWidth() == 1
        && gate.getChannels() == map.getChannels()) {
      return map;
    }
    throw new InvalidInputTypeException(
        "ChannelScale: expected a map of C channels and a gate of C x 1 x 1, found "
            + java.util.Arrays.toString(inputs));
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    return new LayerMemoryReport.Builder(null, ChannelScale.class, inputTypes[0], inputTypes[0])
        .standardMemory(0, 0)
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(0, 0)
        .build();
  }

  @Override
  public String describe(VertexBuilder vertex) {
    return vertex.add("mul", new Operator.Mul(), vertex.inputs().get(0), vertex.inputs().get(1));
  }

  @Override
  public String toString() {
    return "ChannelScale()";
  }
}
