package com.example;

import org.deeplearning4j.nn.conf.layers.DenseLayer;

/** As {@link Gadget}; no test loads it on purpose, and a class is loaded but once. */
public final class Untouched extends DenseLayer {
  private static final long serialVersionUID = 1L;

  static {
    System.setProperty(Gadget.TRACE, "loaded");
  }

  /** As Jackson makes it. */
  public Untouched() {
    System.setProperty(Gadget.TRACE, "made");
  }
}
