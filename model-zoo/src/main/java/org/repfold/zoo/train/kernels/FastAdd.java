package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum of maps of equal shape. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
final class FastAdd extends FastVertex {
  private static final long serialVersionUID = 1L;

  FastAdd(ComputationGraph graph, GraphVertex replaced) {
    super(graph, replaced);
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaces) {
    INDArray sum = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, inputs[0].shape());
    INDArray flat = ChannelMajor.matrix(sum);
    flat.assign(ChannelMajor.matrix(inputs[0]));
    for (int i = 1; i < inputs.length; i++) {
      flat.addi(ChannelMajor.matrix(inputs[i]));
    }
    return sum;
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaces) {
    INDArray flat = ChannelMajor.matrix(epsilon);
    INDArray[] gradients = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      // Each needs its own copy: DL4J adds other consumers' gradients to it in place.
      gradients[i] = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, epsilon.shape());
      ChannelMajor.matrix(gradients[i]).assign(flat);
    }
    return gradients;
  }
}
