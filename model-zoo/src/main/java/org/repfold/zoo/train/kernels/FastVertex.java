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

/**
 * Stands in for a vertex without parameters, at its place in the graph. Maps are computed here, all
 * else by the vertex that it stands for.
 */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
abstract class FastVertex extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  private static final int MAP_RANK = 4;

  private final GraphVertex replaced;

  FastVertex(ComputationGraph graph, GraphVertex replaced) {
    super(
        graph,
        replaced.getVertexName(),
        replaced.getVertexIndex(),
        replaced.getInputVertices(),
        replaced.getOutputVertices(),
        DataType.FLOAT);
    setOutputVertex(replaced.isOutputVertex());
    this.replaced = replaced;
  }

  abstract INDArray forward(LayerWorkspaceMgr workspaces);

  abstract INDArray[] backward(LayerWorkspaceMgr workspaces);

  @Override
  public final INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    if (isMap()) {
      return forward(workspaces);
    }
    replaced.setInputs(inputs);
    return replaced.doForward(training, workspaces);
  }

  @Override
  public final Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
    if (isMap()) {
      return new Pair<>(null, backward(workspaces));
    }
    replaced.setInputs(inputs);
    replaced.setEpsilon(epsilon);
    return replaced.doBackward(tbptt, workspaces);
  }

  private boolean isMap() {
    return inputs[0].rank() == MAP_RANK;
  }

  @Override
  public void clear() {
    super.clear();
    replaced.clear();
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
