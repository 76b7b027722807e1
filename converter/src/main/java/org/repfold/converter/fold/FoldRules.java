package org.repfold.converter.fold;

import java.util.List;
import org.repfold.converter.fold.rules.BatchNormConv;
import org.repfold.converter.fold.rules.BatchNormFlatten;
import org.repfold.converter.fold.rules.BatchNormGlobalAveragePool;
import org.repfold.converter.fold.rules.BatchNormSharedFullyConnected;
import org.repfold.converter.fold.rules.ConvAveragePool;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.converter.fold.rules.ConvConv;
import org.repfold.converter.fold.rules.LocalityInjection;
import org.repfold.converter.fold.rules.ParallelAveragePool;
import org.repfold.converter.fold.rules.ParallelConvs;
import org.repfold.converter.fold.rules.ParallelIdentity;
import org.repfold.converter.fold.rules.RemoveIdentity;
import org.repfold.converter.fold.rules.ReshapeBatchNorm;
import org.repfold.converter.fold.rules.SplitBatchNorm;

/** All fold rules, in the order in which they are tried at a node; each is usable alone. */
public final class FoldRules {
  private FoldRules() {}

  public static List<FoldRule> all() {
    List<FoldRule> absorbing =
        List.of(
            new BatchNormConv(),
            new BatchNormGlobalAveragePool(),
            new BatchNormFlatten(),
            new BatchNormSharedFullyConnected());
    return List.of(
        new RemoveIdentity(),
        new ConvBatchNorm(),
        new ReshapeBatchNorm(),
        new ParallelConvs(),
        new ParallelIdentity(),
        new ParallelAveragePool(),
        new ConvConv(),
        new ConvAveragePool(),
        new LocalityInjection(),
        absorbing.get(0),
        absorbing.get(1),
        absorbing.get(2),
        absorbing.get(3),
        new SplitBatchNorm(absorbing));
  }
}
