package org.repfold.cli;

/** Waiting for others. */
final class Pause {
  private Pause() {}

  /** Lets that many milliseconds pass. */
  static void milliseconds(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    }
  }
}
