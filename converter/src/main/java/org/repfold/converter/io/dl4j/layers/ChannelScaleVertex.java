package org.repfold.converter.io.dl4j.layers;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes {@link ChannelScale}. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
public final class ChannelScaleVertex extends ComputedVertex {
  private static final long serialVersionUID = 1L;

  ChannelScaleVertex(ComputationGraph graph, String name, int index, DataType dataType) {
    super(graph, name, index, dataType);
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaceMgr) {
    INDArray result = workspaceMgr.dup(ArrayType.ACTIVATIONS, inputs[0], 'c');
    rows(result).muliColumnVector(column(inputs[1]));
    return result;
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaceMgr) {
    INDArray map = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, epsilon, 'c');
    INDArray gate =
        workspaceMgr.createUninitialized(
            ArrayType.ACTIVATION_GRAD, dataType, inputs[1].shape(), 'c');
    column(gate).assign(rows(map).mul(rows(inputs[0])).sum(true, 1));
    rows(map).muliColumnVector(column(inputs[1]));
    return new INDArray[] {map, gate};
  }

  private static INDArray rows(INDArray map) {
    return map.reshape('c', map.size(0) * map.size(1), map.size(2) * map.size(3));
  }

  private static INDArray column(INDArray gate) {
    return gate.reshape('c', gate.length(), 1L);
  }
}
