package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Stands in for a vertex without parameters, at its place in the graph. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
abstract class FastVertex extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  FastVertex(ComputationGraph graph, GraphVertex replaced) {
    super(
        graph,
        replaced.getVertexName(),
        replaced.getVertexIndex(),
        replaced.getInputVertices(),
        replaced.getOutputVertices(),
        DataType.FLOAT);
    setOutputVertex(replaced.isOutputVertex());
  }

  abstract INDArray forward(LayerWorkspaceMgr workspaces);

  abstract INDArray[] backward(LayerWorkspaceMgr workspaces);

  @Override
  public final INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    return forward(workspaces);
  }

  @Override
  public final Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
    return new Pair<>(null, backward(workspaces));
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public Layer getLayer() {
    return null;
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    // There are no parameters.
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int minibatchSize) {
    return null;
  }

  @Override
  public String toString() {
    return "%s(%s)".formatted(getClass().getSimpleName(), vertexName);
  }
}
