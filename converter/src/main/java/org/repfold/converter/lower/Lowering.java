package org.repfold.converter.lower;

import java.util.List;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.rules.RemoveIdentity;

/** All lowering rules, in the order in which they are tried at a node. */
public final class Lowering {
  private Lowering() {}

  public static List<FoldRule> all() {
    return List.of(
        new DenseAsMatMul(),
        new ActivationBeforeReshape(),
        new TransposeAsReshape(),
        new MergeTransposes(),
        new MergeReshapes(),
        new ReshapeAsFlatten(),
        new RemoveIdentity());
  }
}
