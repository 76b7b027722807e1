package org.repfold.converter.io.dl4j.layers;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What every vertex that is no layer answers to DL4J; subclasses compute. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
abstract class ComputedVertex extends BaseGraphVertex {
  private static final long serialVersionUID = 1L;

  ComputedVertex(ComputationGraph graph, String name, int index, DataType dataType) {
    super(graph, name, index, null, null, dataType);
  }

  abstract INDArray forward(LayerWorkspaceMgr workspaceMgr);

  abstract INDArray[] backward(LayerWorkspaceMgr workspaceMgr);

  @Override
  public final INDArray doForward(boolean training, LayerWorkspaceMgr workspaceMgr) {
    if (!canDoForward()) {
      throw new IllegalStateException("Vertex " + vertexName + ": an input is not set");
    }
    return forward(workspaceMgr);
  }

  @Override
  public final Pair<Gradient, INDArray[]> doBackward(
      boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    if (!canDoBackward()) {
      throw new IllegalStateException("Vertex " + vertexName + ": an input or epsilon is not set");
    }
    return new Pair<>(null, backward(workspaceMgr));
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
    if (view != null) {
      throw new IllegalStateException("Vertex " + vertexName + " has no parameters to train");
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int minibatchSize) {
    return masks == null || masks.length == 0 ? null : new Pair<>(masks[0], state);
  }

  @Override
  public String toString() {
    return "%s(%s)".formatted(getClass().getSimpleName(), vertexName);
  }
}
