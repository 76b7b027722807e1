package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * Two convolutions of one input whose results are added become one.
 *
 * <p>Convolution is additive in its kernel: with both kernels laid into one that is large enough,
 * so that taps which read the same input position coincide, {@code W' = W1 + W2} and {@code b' = b1
 * + b2} (ACNet, section 3.2; RepVGG, section 3.3; RepMLP, section 3.3). Taps are aligned by the
 * input offset they read, {@code tap * dilation - padding}, so that even kernels, asymmetric
 * padding and different dilations fold too. Kernels of different groups are laid into one with the
 * greatest common divisor of both group counts.
 *
 * <p>Refuses different strides, a convolution that something else uses too, and a common kernel so
 * sparse (dilations or groups that have little in common) that it would need more than twice the
 * multiplications of both.
 */
public final class ParallelConvs implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<SumTree> sum = SumTree.at(graph, node);
    if (sum.isEmpty()) {
      return Match.none();
    }
    Match answer = Match.none();
    Map<String, List<Branch>> earlier = new HashMap<>();
    for (String addend : sum.get().addends()) {
      Optional<Branch> found = Branch.convolution(graph, addend);
      if (found.isEmpty()) {
        continue;
      }
      Branch branch = found.get();
      List<Branch> beside = earlier.computeIfAbsent(branch.input(), key -> new ArrayList<>());
      for (Branch other : beside) {
        answer = merge(graph, sum.get(), other, branch);
        if (answer instanceof Match.Replacement) {
          return answer;
        }
      }
      beside.add(branch);
    }
    return answer;
  }

  private static Match merge(GraphView graph, SumTree sum, Branch a, Branch b) {
    return a.conv().weight().size() >= b.conv().weight().size()
        ? ConvSum.merge(graph, sum, a, b)
        : ConvSum.merge(graph, sum, b, a);
  }
}
