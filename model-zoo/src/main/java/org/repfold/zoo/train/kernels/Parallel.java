package org.repfold.zoo.train.kernels;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Runs independent parts on all cores. No part depends on another, so neither does the result. */
final class Parallel {
  private Parallel() {}

  static void each(int parts, IntConsumer part) {
    if (parts == 1) {
      part.accept(0);
      return;
    }
    IntStream.range(0, parts).parallel().forEach(part);
  }
}
