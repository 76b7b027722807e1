package org.repfold.converter.fold.rules;

import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/** A way in which those who take a scaled and shifted value scale and shift by themselves. */
interface Absorber {

  /**
   * What becomes of one consumer of the value so that it takes the source instead. The node that
   * scales and shifts is not among what is consumed.
   */
  Match absorb(GraphView graph, Scaled scaled, Node consumer);

  /**
   * A scaled and shifted value.
   *
   * @param name its name
   * @param source the value that is scaled and shifted
   */
  record Scaled(String name, String source, Affine affine) {}
}
