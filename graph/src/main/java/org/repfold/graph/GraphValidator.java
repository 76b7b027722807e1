package org.repfold.graph;

import java.util.Map;

/**
 * Says whether a graph's parameters can be computed with. Structure and shapes are right already,
 * as a {@link Graph} cannot be made otherwise.
 */
public final class GraphValidator {
  private GraphValidator() {}

  /**
   * Gives the graph back, if every parameter is finite and every variance is one.
   *
   * @throws BadInputException naming node, tensor and index of the first element that is not
   */
  public static Graph validate(Graph graph) {
    for (Node node : graph.nodes()) {
      for (Map.Entry<String, Tensor> parameter : node.operator().parameters().entrySet()) {
        int index = parameter.getValue().firstNonFinite();
        if (index >= 0) {
          throw new BadInputException(
              "node '"
                  + node.name()
                  + "': "
                  + parameter.getKey()
                  + "["
                  + index
                  + "]: expected a finite number, found "
                  + parameter.getValue().get(index));
        }
      }
      if (node.operator() instanceof Operator.BatchNormalization norm) {
        requireVariance(node.name(), norm);
      }
    }
    return graph;
  }

  private static void requireVariance(String name, Operator.BatchNormalization norm) {
    for (int i = 0; i < norm.channels(); i++) {
      double variance = norm.variance().get(i);
      double sum = variance + norm.epsilon();
      if (variance < 0 || !(sum > 0) || !Double.isFinite(sum)) {
        throw new BadInputException(
            "node '"
                + name
                + "': variance["
                + i
                + "]: expected a variance of at least 0 (and above 0 with epsilon "
                + norm.epsilon()
                + "), found "
                + variance);
      }
    }
  }
}
