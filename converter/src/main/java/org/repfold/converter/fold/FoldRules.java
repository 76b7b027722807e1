package org.repfold.converter.fold;

import java.util.List;
import org.repfold.converter.fold.rules.AffineSharedDense;
import org.repfold.converter.fold.rules.BatchNormConv;
import org.repfold.converter.fold.rules.BatchNormGlobalAveragePool;
import org.repfold.converter.fold.rules.BorderConv;
import org.repfold.converter.fold.rules.ConvAveragePool;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.converter.fold.rules.ConvConv;
import org.repfold.converter.fold.rules.DenseDense;
import org.repfold.converter.fold.rules.ErfGelu;
import org.repfold.converter.fold.rules.EvaluateConstants;
import org.repfold.converter.fold.rules.GatingNormSpatialProjection;
import org.repfold.converter.fold.rules.InverseTransposes;
import org.repfold.converter.fold.rules.LayerNormDense;
import org.repfold.converter.fold.rules.LinearScale;
import org.repfold.converter.fold.rules.LinearShift;
import org.repfold.converter.fold.rules.LocalityInjection;
import org.repfold.converter.fold.rules.MergeAffines;
import org.repfold.converter.fold.rules.PadConv;
import org.repfold.converter.fold.rules.ParallelAveragePool;
import org.repfold.converter.fold.rules.ParallelConvs;
import org.repfold.converter.fold.rules.ParallelDense;
import org.repfold.converter.fold.rules.ParallelIdentity;
import org.repfold.converter.fold.rules.RemoveIdentity;
import org.repfold.converter.fold.rules.ReshapeBatchNorm;
import org.repfold.converter.fold.rules.ScaleShiftLinear;
import org.repfold.converter.fold.rules.SplitBatchNorm;
import org.repfold.converter.fold.rules.StackedLayers;

/** All fold rules, in the order in which they are swept over a graph; each is usable alone. */
public final class FoldRules {
  private FoldRules() {}

  public static List<FoldRule> all() {
    return List.of(
        new RemoveIdentity(),
        new InverseTransposes(),
        new EvaluateConstants(),
        new ErfGelu(),
        new ConvBatchNorm(),
        new ReshapeBatchNorm(),
        new LinearScale(),
        new LinearShift(),
        new PadConv(),
        new BorderConv(),
        new ParallelConvs(),
        new ParallelIdentity(),
        new ParallelAveragePool(),
        new ConvConv(),
        new ConvAveragePool(),
        new ParallelDense(),
        new DenseDense(),
        new LocalityInjection(),
        new BatchNormConv(),
        new ScaleShiftLinear(),
        new BatchNormGlobalAveragePool(),
        new AffineSharedDense(),
        new SplitBatchNorm(),
        new LayerNormDense(),
        new GatingNormSpatialProjection(),
        new MergeAffines(),
        new StackedLayers());
  }
}
