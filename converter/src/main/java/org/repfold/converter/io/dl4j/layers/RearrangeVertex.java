package org.repfold.converter.io.dl4j.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes {@link Rearrange}; the backward pass undoes the steps in reverse. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
public final class RearrangeVertex extends ComputedVertex {
  private static final long serialVersionUID = 1L;
  private final ArrayList<Rearrange.Step> steps;

  RearrangeVertex(
      ComputationGraph graph,
      String name,
      int index,
      List<Rearrange.Step> steps,
      DataType dataType) {
    super(graph, name, index, dataType);
    this.steps = new ArrayList<>(steps);
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaceMgr) {
    INDArray result = inputs[0];
    for (Rearrange.Step step : steps) {
      result = apply(step, result, step.apply(result.shape()));
    }
    return workspaceMgr.dup(ArrayType.ACTIVATIONS, result, 'c');
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaceMgr) {
    List<long[]> shapes = new ArrayList<>();
    shapes.add(inputs[0].shape());
    for (Rearrange.Step step : steps) {
      shapes.add(step.apply(shapes.get(shapes.size() - 1)));
    }
    INDArray result = epsilon;
    for (int i = steps.size() - 1; i >= 0; i--) {
      result = apply(inverse(steps.get(i)), result, shapes.get(i));
    }
    return new INDArray[] {workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, result, 'c')};
  }

  private static Rearrange.Step inverse(Rearrange.Step step) {
    if (step.getKind() == Rearrange.Kind.RESHAPE) {
      return step;
    }
    int[] forward = step.permutation();
    long[] inverse = new long[forward.length];
    for (int i = 0; i < forward.length; i++) {
      inverse[forward[i]] = i;
    }
    return Rearrange.transpose(inverse);
  }

  private static INDArray apply(Rearrange.Step step, INDArray operand, long[] shape) {
    return step.getKind() == Rearrange.Kind.RESHAPE || movesUnitAxesOnly(step, operand.shape())
        ? operand.reshape('c', shape)
        : operand.permute(step.permutation());
  }

  /** Such a transpose leaves the C order as it is: a reshape, which copies nothing. */
  private static boolean movesUnitAxesOnly(Rearrange.Step step, long[] shape) {
    int[] moved = Arrays.stream(step.permutation()).filter(axis -> shape[axis] != 1).toArray();
    for (int i = 1; i < moved.length; i++) {
      if (moved[i] < moved[i - 1]) {
        return false;
      }
    }
    return true;
  }
}
