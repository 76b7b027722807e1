package org.repfold.converter.fold;

import java.util.Map;
import org.repfold.graph.ElementType;
import org.repfold.graph.Node;
import org.repfold.graph.Tensor;

/**
 * Refuses a fold whose parameters float32 cannot hold: one beyond its largest number, or a whole
 * tensor below its smallest normal one, where precision is lost. The unfused form, which float32
 * does hold, stays.
 */
final class RangeCheck {
  private RangeCheck() {}

  static Match check(Match.Replacement replacement) {
    for (Node node : replacement.produced()) {
      for (Map.Entry<String, Tensor> parameter : node.operator().parameters().entrySet()) {
        Tensor tensor = parameter.getValue();
        if (tensor.type() != ElementType.FLOAT64) {
          continue;
        }
        double largest = 0;
        for (int i = 0; i < tensor.size(); i++) {
          double magnitude = Math.abs(tensor.get(i));
          if (!(magnitude <= Float.MAX_VALUE)) {
            return Match.refused(
                "the folded "
                    + parameter.getKey()
                    + "["
                    + i
                    + "] would be "
                    + tensor.get(i)
                    + ", beyond what float32 holds",
                node.name());
          }
          largest = Math.max(largest, magnitude);
        }
        if (largest > 0 && largest < Float.MIN_NORMAL) {
          return Match.refused(
              "the folded "
                  + parameter.getKey()
                  + " would be at most "
                  + largest
                  + ", below what float32 holds in full precision",
              node.name());
        }
      }
    }
    return replacement;
  }
}
