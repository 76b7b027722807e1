package org.repfold.converter.fold;

import org.repfold.graph.GraphView;

/** Sees each fold right before it is applied, while the nodes that it takes away still exist. */
@FunctionalInterface
public interface FoldObserver {

  /**
   * A fold is about to be applied.
   *
   * @param graph the network without the fold; changes after this call
   * @param replacement the fold, its nodes named as they will be
   */
  void applying(FoldStep step, GraphView graph, Match.Replacement replacement);
}
