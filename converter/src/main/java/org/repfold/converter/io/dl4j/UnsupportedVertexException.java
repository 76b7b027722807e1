package org.repfold.converter.io.dl4j;

/** A vertex that no input shape would make readable. */
final class UnsupportedVertexException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedVertexException(String message) {
    super(message);
  }
}
