package org.repfold.converter.verify.certificate;

/** How much work certificates may be. */
public enum Effort {
  /** No certificates. */
  NONE,
  /** Those that take up to a second or so each. */
  SOME,
  /** All but those that take minutes or more memory than there is. */
  ALL
}
