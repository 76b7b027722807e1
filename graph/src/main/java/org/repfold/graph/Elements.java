package org.repfold.graph;

/**
 * Floating-point numbers that something else than a {@link Tensor} holds: a file, or a tensor of
 * another type. They never change, and may be read by several threads at once.
 */
public interface Elements {
  /** How many there are. */
  int size();

  /** The number at an index. */
  double get(int index);

  /** Copies the numbers from an index on to the start of an array: as many as given. */
  default void copyTo(double[] target, int from, int length) {
    for (int i = 0; i < length; i++) {
      target[i] = get(from + i);
    }
  }
}
