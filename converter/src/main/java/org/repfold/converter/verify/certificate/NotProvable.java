package org.repfold.converter.verify.certificate;

/** Thrown where the method cannot prove a fold, right or wrong; says why in one sentence. */
final class NotProvable extends Exception {
  private static final long serialVersionUID = 1;

  NotProvable(String reason) {
    super(reason);
  }
}
