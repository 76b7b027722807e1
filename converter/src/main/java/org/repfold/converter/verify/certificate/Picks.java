package org.repfold.converter.verify.certificate;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Each element of the result is one element of the operand times a number, or independent of it:
 * what scales, moves or repeats elements.
 */
final class Picks implements Pullback {
  private final int[] sources;
  private final double[] weights;
  private final int terms;

  /**
   * @param sources as {@link Sources} gives them; null for the same element
   * @param weights for each element of the result; null for 1
   */
  Picks(int[] sources, double[] weights) {
    this.sources = sources == null || isIdentity(sources) ? null : sources;
    this.weights = weights;
    this.terms = this.sources == null ? 1 : mostUsed(sources);
  }

  private static boolean isIdentity(int[] sources) {
    return IntStream.range(0, sources.length).allMatch(i -> sources[i] == i);
  }

  private static int mostUsed(int[] sources) {
    int[] uses = new int[Arrays.stream(sources).max().orElse(0) + 1];
    Arrays.stream(sources).filter(source -> source >= 0).forEach(source -> uses[source]++);
    return Arrays.stream(uses).max().orElse(0);
  }

  @Override
  public long pull(Row result, Row operand) {
    int end;
    for (int block = 0; block < result.blocks(); block = end) {
      end = result.runEnd(block);
      if (sources != null) {
        pick(result, operand, result.from(block), result.to(end - 1));
      } else if (weights != null) {
        scale(result, operand, result.from(block), result.to(end - 1));
      } else {
        add(result, operand, result.from(block), result.to(end - 1));
      }
    }
    return (long) result.blocks() * Row.BLOCK;
  }

  private void add(Row result, Row operand, int from, int to) {
    operand.touch(from, to);
    for (int i = from; i < to; i++) {
      operand.factors[i] += result.factors[i];
      operand.magnitudes[i] += result.magnitudes[i];
    }
  }

  private void scale(Row result, Row operand, int from, int to) {
    operand.touch(from, to);
    for (int i = from; i < to; i++) {
      operand.factors[i] += result.factors[i] * weights[i];
      operand.magnitudes[i] += result.magnitudes[i] * Math.abs(weights[i]);
    }
  }

  private void pick(Row result, Row operand, int from, int to) {
    for (int i = from; i < to; i++) {
      if (result.magnitudes[i] != 0 && sources[i] >= 0) {
        double weight = weights == null ? 1 : weights[i];
        operand.add(
            sources[i], result.factors[i] * weight, result.magnitudes[i] * Math.abs(weight));
      }
    }
  }

  /** Whether the result has the operand's elements, in their order, as they are. */
  boolean changesNothing() {
    return sources == null && weights == null;
  }

  @Override
  public int terms() {
    return terms;
  }
}
