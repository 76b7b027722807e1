package com.example;

import java.io.ObjectInputStream;
import org.deeplearning4j.nn.conf.layers.DenseLayer;

/**
 * A class of nobody's, which DL4J would take for a layer, and which does something where it is made
 * or deserialised: it sets a system property.
 */
public final class Gadget extends DenseLayer {
  public static final String TRACE = "repfold.test.gadget";

  private static final long serialVersionUID = 1L;

  /** As Jackson makes it. */
  public Gadget() {
    System.setProperty(TRACE, "made");
  }

  private void readObject(ObjectInputStream in) {
    System.setProperty(TRACE, "deserialised");
  }
}
