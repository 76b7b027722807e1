package org.repfold.cli;

import java.nio.file.Path;

/** Where the images are that come with Repfold. */
final class BundledData {
  private BundledData() {}

  /** The folder in the clone that the launcher was started from, or below the current folder. */
  static Path folder() {
    return Path.of(System.getProperty("repfold.home", ""), "data", "fashion-mnist");
  }
}
