package org.repfold.converter.io.dl4j.layers;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Computes {@link AxisSlice}; the slope of what is left out is 0. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
public final class AxisSliceVertex extends ComputedVertex {
  private static final long serialVersionUID = 1L;
  private final AxisSlice slice;

  AxisSliceVertex(
      ComputationGraph graph, String name, int index, AxisSlice slice, DataType dataType) {
    super(graph, name, index, dataType);
    this.slice = slice;
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaceMgr) {
    return workspaceMgr.dup(ArrayType.ACTIVATIONS, part(inputs[0]), 'c');
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaceMgr) {
    INDArray next =
        workspaceMgr.create(ArrayType.ACTIVATION_GRAD, dataType, inputs[0].shape(), 'c');
    part(next).assign(epsilon);
    return new INDArray[] {next};
  }

  private INDArray part(INDArray array) {
    INDArrayIndex[] indices = NDArrayIndex.nTimes(NDArrayIndex.all(), array.rank());
    indices[slice.getAxis()] = NDArrayIndex.interval(slice.getStart(), slice.getEnd());
    return array.get(indices);
  }
}
