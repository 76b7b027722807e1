package org.repfold.graph.onnx;

/**
 * An operator, or a form of one, that ONNX defines and that is not read as operators of the graph.
 */
final class NotSupportedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the operator or form, the subject of the message
   */
  NotSupportedException(String what) {
    super(what + " is not supported yet");
  }
}
