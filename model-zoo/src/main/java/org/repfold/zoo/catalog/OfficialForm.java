package org.repfold.zoo.catalog;

import java.util.List;
import java.util.Map;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;

/**
 * What a network's own PyTorch code deploys: its deploy form, or its train form where it has no
 * other.
 *
 * @param folds that lead to it; none to the train form
 * @param tensors names and shapes of what it saves
 */
public record OfficialForm(List<FoldRule> folds, Map<String, Shape> tensors) {
  public OfficialForm {
    folds = List.copyOf(folds);
    tensors = Map.copyOf(tensors);
  }
}
