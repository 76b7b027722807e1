package org.repfold.zoo.train.kernels;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.Rearrange;

/**
 * A rearrangement that leaves the values of {@code [N, C, H, W]} in C order and only reads channel
 * {@code c} of example {@code n} as channel {@code c mod S} of row {@code n * C / S + c / S}. In
 * channel-major memory whole planes move.
 */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
final class FastSharing extends FastVertex {
  private static final long serialVersionUID = 1L;

  private final long[] shape;

  private FastSharing(ComputationGraph graph, GraphVertex replaced, long[] shape) {
    super(graph, replaced);
    this.shape = shape;
  }

  /**
   * The replacement of a rearrangement, or null if it does move values.
   *
   * @param steps what the replaced vertex does
   */
  static FastSharing of(ComputationGraph graph, GraphVertex replaced, List<Rearrange.Step> steps) {
    Rearrange.Step last = steps.get(steps.size() - 1);
    if (last.getKind() != Rearrange.Kind.RESHAPE || last.getValues().length != 4) {
      return null;
    }
    long[] sizes = null;
    for (Rearrange.Step step : steps) {
      long[] values = step.getValues();
      if (step.getKind() == Rearrange.Kind.RESHAPE) {
        sizes = values;
      } else if (sizes == null || movesValues(values, sizes)) {
        return null;
      }
    }
    return new FastSharing(graph, replaced, last.getValues());
  }

  private static boolean movesValues(long[] permutation, long[] sizes) {
    long previous = -1;
    for (long axis : permutation) {
      if (sizes[(int) axis] != 1) {
        if (axis < previous) {
          return true;
        }
        previous = axis;
      }
    }
    return false;
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaces) {
    INDArray x = inputs[0];
    long[] to = shape.clone();
    to[0] = x.length() / (to[1] * to[2] * to[3]);
    INDArray result = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, to);
    move(x, result);
    return result;
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaces) {
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, inputs[0].shape());
    move(epsilon, next);
    return new INDArray[] {next};
  }

  /** Plane {@code p} of a map in C order stands at {@code (p mod C) * N + p / C} in ours. */
  private static void move(INDArray from, INDArray to) {
    float[] source = ChannelMajor.read(from, 0);
    float[] target = ChannelMajor.scratch(1, to.length());
    int size = (int) (from.size(2) * from.size(3));
    int fromRows = (int) from.size(0);
    int fromChannels = (int) from.size(1);
    int toRows = (int) to.size(0);
    int toChannels = (int) to.size(1);
    for (int plane = 0; plane < fromRows * fromChannels; plane++) {
      int at = plane % fromChannels * fromRows + plane / fromChannels;
      int goal = plane % toChannels * toRows + plane / toChannels;
      System.arraycopy(source, at * size, target, goal * size, size);
    }
    ChannelMajor.write(target, to);
  }
}
