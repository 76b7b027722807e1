package org.repfold.converter.io.dl4j;

/**
 * What a DL4J vertex computes, as the graph has it.
 *
 * @param name of the graph's value
 * @param layout how DL4J lays it out; the graph's value is a map {@code [N, C, H, W]} where that is
 *     not {@link Layout#AS_IS}
 * @param steps how many time steps of each example DL4J has laid into the batch axis
 */
record Value(String name, Layout layout, long steps) {

  /** A value that the graph lays out as DL4J does. */
  Value(String name) {
    this(name, Layout.AS_IS, 1);
  }

  /** Another value, laid out as this one. */
  Value named(String other) {
    return new Value(other, layout, steps);
  }

  /** Another value with this one's time steps. */
  Value named(String other, Layout otherLayout) {
    return new Value(other, otherLayout, steps);
  }
}
