package org.repfold.converter.verify.certificate;

/**
 * The linear part of an operator, seen from its result: spreads the factors of the result's
 * elements over the elements of one operand.
 */
interface Pullback {

  /**
   * Adds to the operand's row what the result's row makes of it.
   *
   * @return the number of multiplications
   */
  long pull(Row result, Row operand);

  /** How many elements of the result depend on one element of the operand at most. */
  int terms();
}
