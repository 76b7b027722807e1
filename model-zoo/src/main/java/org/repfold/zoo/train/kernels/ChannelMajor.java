package org.repfold.zoo.train.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maps whose logical shape is {@code [N, C, H, W]} and whose memory order is {@code [C, N, H, W]}.
 * All values of a channel are then contiguous, which makes a 1 x 1 convolution one matrix product
 * and a BatchNorm a loop over plain arrays. Stock layers take such arrays as any strided array.
 */
final class ChannelMajor {
  private static final int SCRATCH_SLOTS = 4;

  /** Values copied at once: half a megabyte, so that small arrays stay on one thread. */
  private static final int PART = 1 << 17;

  /** Grown on demand and kept, as arrays of this size cost more to allocate than to fill. */
  private static final ThreadLocal<float[][]> SCRATCH =
      ThreadLocal.withInitial(() -> new float[SCRATCH_SLOTS][0]);

  private ChannelMajor() {}

  /** An array of at least the given length, with arbitrary content; one per thread and slot. */
  static float[] scratch(int slot, long length) {
    float[][] slots = SCRATCH.get();
    if (slots[slot].length < length) {
      slots[slot] = new float[Math.toIntExact(length)];
    }
    return slots[slot];
  }

  /** The map as a contiguous matrix {@code [C, N * H * W]}; a copy unless it is channel-major. */
  static INDArray matrix(INDArray map) {
    INDArray channelsFirst = map.permute(1, 0, 2, 3);
    INDArray contiguous = isContiguous(channelsFirst) ? channelsFirst : channelsFirst.dup('c');
    return contiguous.reshape('c', map.size(1), map.length() / map.size(1));
  }

  private static boolean isContiguous(INDArray array) {
    long expected = 1;
    for (int axis = array.rank() - 1; axis >= 0; axis--) {
      if (array.size(axis) != 1 && array.stride(axis) != expected) {
        return false;
      }
      expected *= array.size(axis);
    }
    return true;
  }

  /** A new map of the given logical shape. */
  static INDArray create(LayerWorkspaceMgr workspaces, ArrayType type, long... shape) {
    return new MapArray(
        workspaces
            .createUninitialized(
                type, DataType.FLOAT, new long[] {shape[1], shape[0], shape[2], shape[3]}, 'c')
            .permute(1, 0, 2, 3));
  }

  /** Reads a map in channel-major order into a scratch array. */
  static float[] read(INDArray map, int slot) {
    float[] values = scratch(slot, map.length());
    readContiguous(matrix(map), values);
    return values;
  }

  /** Writes values in channel-major order into a map made by {@link #create}. */
  static void write(float[] values, INDArray map) {
    writeContiguous(values, matrix(map));
  }

  /** Reads a contiguous array. */
  static void readContiguous(INDArray array, float[] values) {
    FloatPointer pointer = pointer(array);
    inParts(array, (from, length) -> pointer.getPointer(from).get(values, from, length));
  }

  /** Writes a contiguous array. */
  static void writeContiguous(float[] values, INDArray array) {
    FloatPointer pointer = pointer(array);
    inParts(array, (from, length) -> pointer.getPointer(from).put(values, from, length));
  }

  private interface Copy {
    void copy(int from, int length);
  }

  private static void inParts(INDArray array, Copy copy) {
    int length = Math.toIntExact(array.length());
    int parts = (length + PART - 1) / PART;
    Parallel.each(parts, part -> copy.copy(part * PART, Math.min(PART, length - part * PART)));
  }

  /** The values of a small vector. */
  static float[] vector(INDArray vector) {
    return vector.reshape(vector.length()).toFloatVector();
  }

  private static FloatPointer pointer(INDArray array) {
    return (FloatPointer) array.data().addressPointer();
  }
}
