package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.List;

/**
 * Compares rows of both forms, entry by entry, up to the first that differs.
 *
 * <p>An entry is a sum of products. Computing it with {@code n} roundings one after the other
 * leaves an error of at most {@code n u} times its magnitude, the same sum of absolute values
 * (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1, with {@code u = 2^-53}; the
 * terms in {@code u^2} are nothing beside it). The form after the fold has that error, the form
 * before it too, and the fold itself, which made the new parameters of the old ones by sums of the
 * same terms, has as much again, and a few roundings for normalising.
 */
final class Comparison {
  private static final double UNIT_ROUNDOFF = 0x1p-53;
  private static final int NORMALISING = 16;

  private final CutFold fold;
  private final AffineFunction before;
  private final AffineFunction after;
  private long rows;
  private long entries;
  private double worst;
  private double largestBound;
  private Difference difference;

  /**
   * The first row that differs, and an entry of it that does.
   *
   * @param output the number of the output pair
   * @param row the element of the output
   * @param inputs the numbers of the inputs with factors in the row that differ; empty if only the
   *     shift does
   * @param column the element of the first of these inputs
   */
  record Difference(int output, int row, List<Integer> inputs, int column, Entry entry) {

    boolean comesBefore(Difference other) {
      return output < other.output || output == other.output && row < other.row;
    }
  }

  /**
   * An entry of both matrices, or of both shifts.
   *
   * @param magnitude the larger one
   * @param bound on the difference, relative to the magnitude
   */
  record Entry(double before, double after, double magnitude, double bound) {}

  Comparison(CutFold fold) {
    this.fold = fold;
    this.before = new AffineFunction(fold.before());
    this.after = new AffineFunction(fold.after());
  }

  /**
   * Compares a row, if none before it differed.
   *
   * @param output the number of the output pair
   */
  void compare(int output, int row) {
    if (difference != null) {
      return;
    }
    write(output, row);
    rows++;
    List<Integer> differing = new ArrayList<>(0);
    int column = -1;
    for (int input = 0; input < fold.before().inputs().size(); input++) {
      int first = firstDifference(before.input(input), after.input(input));
      if (first >= 0) {
        column = differing.isEmpty() ? first : column;
        differing.add(input);
      }
    }
    Entry shift = shift();
    boolean isSameShift = isWithin(shift.before(), shift.after(), shift.magnitude(), shift.bound());
    if (!differing.isEmpty()) {
      difference = new Difference(output, row, differing, column, entry(differing.get(0), column));
    } else if (!isSameShift) {
      difference = new Difference(output, row, differing, column, shift);
    }
  }

  /** Writes out a row of both forms; gives the number of multiplications. */
  long write(int output, int row) {
    CutFold.Pair pair = fold.outputs().get(output);
    return before.write(pair.before(), row) + after.write(pair.after(), row);
  }

  private Entry shift() {
    return new Entry(
        before.shift(),
        after.shift(),
        Math.max(before.shiftMagnitude(), after.shiftMagnitude()),
        bound(before.shiftRoundings(), after.shiftRoundings()));
  }

  private Entry entry(int input, int column) {
    Row left = before.input(input);
    Row right = after.input(input);
    return new Entry(
        left.factors[column],
        right.factors[column],
        Math.max(left.magnitudes[column], right.magnitudes[column]),
        bound(left.roundings(), right.roundings()));
  }

  /** The first element of an input with other factors in both rows, or -1. */
  private int firstDifference(Row left, Row right) {
    double bound = bound(left.roundings(), right.roundings());
    int first = -1;
    int end;
    for (int block = 0; block < left.blocks(); block = end) {
      end = left.runEnd(block);
      int found = firstDifference(left, right, left.from(block), left.to(end - 1), bound);
      first = first < 0 || found >= 0 && found < first ? found : first;
    }
    for (int block = 0; block < right.blocks(); block++) {
      if (!left.isTouched(right.from(block))) {
        int found = firstDifference(left, right, right.from(block), right.to(block), bound);
        first = first < 0 || found >= 0 && found < first ? found : first;
      }
    }
    return first;
  }

  private int firstDifference(Row left, Row right, int from, int to, double bound) {
    for (int i = from; i < to; i++) {
      double a = left.magnitudes[i];
      double b = right.magnitudes[i];
      if (!isWithin(left.factors[i], right.factors[i], a > b ? a : b, bound)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isWithin(double left, double right, double magnitude, double bound) {
    entries += magnitude > 0 ? 1 : 0;
    double apart = Math.abs(left - right);
    if (!(apart <= bound * magnitude) || magnitude == Double.POSITIVE_INFINITY) {
      return false;
    }
    if (apart > worst * magnitude) {
      worst = apart / magnitude;
    }
    return true;
  }

  private double bound(int roundingsBefore, int roundingsAfter) {
    double bound = UNIT_ROUNDOFF * (2L * roundingsBefore + roundingsAfter + NORMALISING);
    largestBound = Math.max(largestBound, bound);
    return bound;
  }

  long rows() {
    return rows;
  }

  /** How many entries and shifts are not 0 by structure in either form. */
  long entries() {
    return entries;
  }

  /** The largest difference relative to its entry's magnitude. */
  double worst() {
    return worst;
  }

  double largestBound() {
    return largestBound;
  }

  /** The first row that differs; null if none. */
  Difference difference() {
    return difference;
  }
}
