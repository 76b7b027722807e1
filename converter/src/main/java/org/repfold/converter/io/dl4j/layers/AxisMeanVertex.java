package org.repfold.converter.io.dl4j.layers;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastCopyOp;
import org.nd4j.linalg.factory.Nd4j;

/** Computes {@link AxisMean}; each element has an equal share in the slope. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
public final class AxisMeanVertex extends ComputedVertex {
  private static final long serialVersionUID = 1L;
  private final int axis;

  AxisMeanVertex(ComputationGraph graph, String name, int index, int axis, DataType dataType) {
    super(graph, name, index, dataType);
    this.axis = axis;
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaceMgr) {
    return workspaceMgr.dup(ArrayType.ACTIVATIONS, inputs[0].mean(axis), 'c');
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaceMgr) {
    long[] shape = inputs[0].shape();
    INDArray next =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, shape, 'c');
    int[] others = IntStream.range(0, shape.length).filter(i -> i != axis).toArray();
    INDArray share = epsilon.div(shape[axis]);
    Nd4j.getExecutioner().exec(new BroadcastCopyOp(next, share, next, others));
    return new INDArray[] {next};
  }
}
