package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A map times one factor for each example and channel, over plain arrays. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
final class FastChannelScale extends FastVertex {
  private static final long serialVersionUID = 1L;

  FastChannelScale(ComputationGraph graph, GraphVertex replaced) {
    super(graph, replaced);
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaces) {
    float[] x = ChannelMajor.read(inputs[0], 0);
    float[] gate = ChannelMajor.read(inputs[1], 1);
    int planes = (int) inputs[1].length();
    int size = (int) (inputs[0].length() / planes);
    Parallel.each(planes, plane -> scale(x, plane * size, size, gate[plane]));
    INDArray result = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, inputs[0].shape());
    ChannelMajor.write(x, result);
    return result;
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaces) {
    float[] x = ChannelMajor.read(inputs[0], 0);
    float[] gate = ChannelMajor.read(inputs[1], 1);
    float[] dy = ChannelMajor.read(epsilon, 2);
    int n = (int) inputs[1].size(0);
    int channels = (int) inputs[1].size(1);
    int size = (int) (inputs[0].length() / inputs[1].length());
    float[] gateGradient = ChannelMajor.scratch(3, inputs[1].length());
    Parallel.each(
        channels,
        c -> {
          for (int i = 0; i < n; i++) {
            int plane = c * n + i;
            gateGradient[i * channels + c] =
                (float) Sums.dot(x, plane * size, dy, plane * size, size);
            scale(dy, plane * size, size, gate[plane]);
          }
        });
    INDArray map = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, inputs[0].shape());
    ChannelMajor.write(dy, map);
    INDArray factors =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, DataType.FLOAT, inputs[1].shape(), 'c');
    ChannelMajor.writeContiguous(gateGradient, factors);
    return new INDArray[] {map, factors};
  }

  private static void scale(float[] values, int from, int size, float factor) {
    for (int i = from; i < from + size; i++) {
      values[i] *= factor;
    }
  }
}
