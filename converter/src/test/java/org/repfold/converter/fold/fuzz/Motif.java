package org.repfold.converter.fold.fuzz;

/**
 * A few nodes that a rule looks for, or that look like it.
 *
 * @param rank of the value it starts from
 */
record Motif(String name, int rank, Growth growth) {

  /** Adds the nodes behind a value of the motif's rank; gives the last value. */
  @FunctionalInterface
  interface Growth {
    String add(RandomGraph graph, String value);
  }
}
