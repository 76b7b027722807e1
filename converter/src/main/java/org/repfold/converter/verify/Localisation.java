package org.repfold.converter.verify;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Folding;

/** Finds the fold to blame for a value that is wrong. */
final class Localisation {
  private Localisation() {}

  /** The first pair, in order of computation, that is out of bounds. */
  static Optional<FirstFailure> firstFailure(Folding folding, List<ValuePair> pairs) {
    return pairs.stream()
        .filter(pair -> !pair.passed())
        .findFirst()
        .map(
            pair -> {
              Optional<FoldStep> fold = blame(folding, pair.node, pairs);
              return pair.failure(
                  fold.map(FoldStep::rule).orElse(null),
                  fold.map(FoldStep::consumed).orElse(List.of()));
            });
  }

  /**
   * The last fold that made the node, or one of those before it whose values are not known to be
   * right.
   */
  private static Optional<FoldStep> blame(Folding folding, String node, List<ValuePair> pairs) {
    Map<String, ValuePair> byNode =
        pairs.stream().collect(Collectors.toMap(pair -> pair.node, Function.identity()));
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(node));
    while (!open.isEmpty()) {
      String name = open.poll();
      if (!seen.add(name)) {
        continue;
      }
      Optional<FoldStep> maker = lastMaker(folding, name);
      if (maker.isPresent()) {
        return maker;
      }
      folding.folded().find(name).stream()
          .flatMap(n -> n.inputs().stream())
          .filter(input -> !byNode.containsKey(input) || !byNode.get(input).passed())
          .forEach(open::add);
    }
    return Optional.empty();
  }

  private static Optional<FoldStep> lastMaker(Folding folding, String name) {
    return folding.steps().stream()
        .filter(step -> step.result().equals(name) || step.produced().contains(name))
        .reduce((earlier, later) -> later);
  }
}
