package org.repfold.converter.io.dl4j.layers;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.repfold.converter.io.dl4j.SelfDescribing;

/** What a vertex of ours that takes one value and has no parameters answers to DL4J. */
abstract class SingleInput extends GraphVertex implements SelfDescribing {
  private static final long serialVersionUID = 1L;

  /**
   * The type of the output.
   *
   * @throws InvalidInputTypeException if the input does not fit
   */
  abstract InputType outputType(InputType input) throws InvalidInputTypeException;

  @Override
  public final InputType getOutputType(int layerIndex, InputType... inputs)
      throws InvalidInputTypeException {
    if (inputs.length != 1) {
      throw new InvalidInputTypeException(this + ": expected 1 input, found " + inputs.length);
    }
    return outputType(inputs[0]);
  }

  @Override
  public final long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public final int minVertexInputs() {
    return 1;
  }

  @Override
  public final int maxVertexInputs() {
    return 1;
  }

  @Override
  public final MemoryReport getMemoryReport(InputType... inputs) {
    try {
      return new LayerMemoryReport.Builder(null, getClass(), inputs[0], outputType(inputs[0]))
          .standardMemory(0, 0)
          .workingMemory(0, 0, 0, 0)
          .cacheMemory(0, 0)
          .build();
    } catch (InvalidInputTypeException e) {
      throw new IllegalStateException(e);
    }
  }
}
