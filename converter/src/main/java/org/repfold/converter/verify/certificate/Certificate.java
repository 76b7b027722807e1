package org.repfold.converter.verify.certificate;

import java.util.List;
import java.util.Locale;

/**
 * What is known of one fold for all inputs.
 *
 * @param outcome whether it is proved
 * @param reason why it is not, in one sentence; null where it is, or where the entries differ
 * @param rows how many rows were compared, 0 if one differs: elements of the fold's outputs, and of
 *     what functions in it take, for one sample, on the smallest map on which every kind of
 *     position occurs
 * @param columns how many columns: elements of its inputs likewise
 * @param entries how many matrix entries and shifts are not 0 by structure in either form
 * @param maxRelative the largest difference of an entry, relative to the sum of the magnitudes that
 *     it is made of; null if nothing was compared
 * @param bound the largest that rounding explains, of all rows
 * @param mismatch the first entry that differs by more; null if none
 */
public record Certificate(
    Outcome outcome,
    String reason,
    long rows,
    long columns,
    long entries,
    Double maxRelative,
    Double bound,
    Mismatch mismatch) {

  /** How far a fold is proved. */
  public enum Outcome {
    /** Both forms are the same for all inputs: every entry is within what rounding explains. */
    CERTIFIED,
    /** Not proved: the values were compared on sampled inputs only. */
    SAMPLED,
    /** The forms differ. */
    REFUTED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A matrix entry that differs.
   *
   * @param output the value before the fold
   * @param outputIndex of the element of it, by axis
   * @param input the value that it depends on; null for the shift, what the element is where all
   *     inputs are 0
   * @param inputIndex of the element of it, by axis; empty for the shift
   * @param expected the entry before the fold
   * @param found the entry after it
   * @param error the difference relative to the entry's magnitude
   * @param bound that it exceeds
   */
  public record Mismatch(
      String output,
      List<Long> outputIndex,
      String input,
      List<Long> inputIndex,
      double expected,
      double found,
      double error,
      double bound) {
    public Mismatch {
      outputIndex = List.copyOf(outputIndex);
      inputIndex = List.copyOf(inputIndex);
    }

    /** In words. */
    public String describe() {
      return (input == null ? "the shift" : "the factor of '" + input + "' " + inputIndex)
          + " in '"
          + output
          + "' "
          + outputIndex
          + ": expected "
          + expected
          + ", found "
          + found
          + " (relative difference "
          + error
          + ", bound "
          + bound
          + ")";
    }
  }

  /** Of a fold that is not proved. */
  public static Certificate sampled(String reason) {
    return new Certificate(Outcome.SAMPLED, reason, 0, 0, 0, null, null, null);
  }
}
