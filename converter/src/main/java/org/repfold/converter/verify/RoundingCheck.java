package org.repfold.converter.verify;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/** Question 2: is every shipped parameter the float32 number next to the exact one? */
public final class RoundingCheck {
  /**
   * Half a place for rounding to float32, and one place of float64 for the exact value's own
   * rounding.
   */
  public static final double BOUND = 0.5 + 0x1p-29;

  private final List<String> failures = new ArrayList<>();
  private long values;
  private long correctlyRounded;
  private double maxUlp;
  private Rounding.Worst worst;

  private RoundingCheck() {}

  /**
   * Compares two graphs of the same nodes, parameter by parameter.
   *
   * @param exact parameters in float64, not rounded
   * @param shipped parameters as they are in the deploy file
   */
  public static Rounding compare(Graph exact, Graph shipped) {
    RoundingCheck check = new RoundingCheck();
    check.compareNodes(exact, shipped);
    if (check.values == 0) {
      check.failures.add("no parameter was compared");
    }
    return new Rounding(
        check.failures.isEmpty(),
        check.values,
        BOUND,
        Double.isInfinite(check.maxUlp) ? null : Double.valueOf(check.maxUlp),
        check.values == 0 ? 0 : (double) check.correctlyRounded / check.values,
        check.worst,
        check.failures);
  }

  private void compareNodes(Graph exact, Graph shipped) {
    for (Node node : exact.nodes()) {
      Optional<Node> counterpart = shipped.find(node.name());
      if (counterpart.isEmpty()) {
        failures.add("node '" + node.name() + "': expected in the deploy form, found none");
      } else if (!sameButForParameters(node, counterpart.get())) {
        failures.add(
            "node '"
                + node.name()
                + "': expected a "
                + node.operator().type()
                + " with the attributes, inputs and parameter shapes of the fold, found a "
                + counterpart.get().operator().type()
                + " that differs");
      } else {
        compareParameters(node, counterpart.get());
      }
    }
    for (Node node : shipped.nodes()) {
      if (exact.find(node.name()).isEmpty()) {
        failures.add("node '" + node.name() + "': not in the fold, found in the deploy form");
      }
    }
  }

  private void compareParameters(Node exact, Node shipped) {
    Map<String, Tensor> shippedTensors = shipped.operator().parameters();
    for (Map.Entry<String, Tensor> entry :
        new TreeMap<>(exact.operator().parameters()).entrySet()) {
      Tensor found = shippedTensors.get(entry.getKey());
      if (entry.getValue().type() != ElementType.INT64) {
        compareTensor(exact.name(), entry.getKey(), entry.getValue(), found);
      } else if (!entry.getValue().equals(found)) {
        failures.add("node '" + exact.name() + "': " + entry.getKey() + " differs");
      }
    }
  }

  private void compareTensor(String node, String name, Tensor exact, Tensor shipped) {
    double worstHere = 0;
    int worstIndex = -1;
    for (int i = 0; i < exact.size(); i++) {
      double wanted = exact.get(i);
      double found = shipped.get(i);
      double distance = Ulp.distance(wanted, found);
      values++;
      correctlyRounded += !Ulp.overflows(wanted) && (float) wanted == found ? 1 : 0;
      if (distance > worstHere) {
        worstHere = distance;
        worstIndex = i;
      }
    }
    if (worstHere > BOUND) {
      failures.add(failure(node, name, worstIndex, exact, shipped, worstHere));
    }
    if (worstHere > maxUlp) {
      maxUlp = worstHere;
      worst =
          new Rounding.Worst(
              node,
              name,
              worstIndex,
              Double.toString(exact.get(worstIndex)),
              Double.toString(shipped.get(worstIndex)));
    }
  }

  private static String failure(
      String node, String name, int index, Tensor exact, Tensor shipped, double ulps) {
    double wanted = exact.get(index);
    String where = "node '" + node + "': " + name + "[" + index + "]: ";
    if (!Double.isFinite(wanted)) {
      return where + "expected a finite number, found " + wanted;
    } else if (Ulp.overflows(wanted)) {
      return where + "expected a number that float32 holds, found " + wanted;
    }
    return where
        + "expected "
        + wanted
        + " within "
        + BOUND
        + " ULP, found "
        + shipped.get(index)
        + " ("
        + ulps
        + " ULP)";
  }

  private static boolean sameButForParameters(Node exact, Node shipped) {
    Map<String, Tensor> wanted = exact.operator().parameters();
    Map<String, Tensor> found = shipped.operator().parameters();
    if (!exact.inputs().equals(shipped.inputs())
        || exact.operator().getClass() != shipped.operator().getClass()
        || !wanted.keySet().equals(found.keySet())
        || wanted.keySet().stream()
            .anyMatch(name -> !wanted.get(name).shape().equals(found.get(name).shape()))) {
      return false;
    }
    List<Tensor> tensors = new ArrayList<>();
    exact.operator().mapParameters(tensor -> remembered(tensors, tensor));
    Iterator<Tensor> next = tensors.iterator();
    Operator replaced = shipped.operator().mapParameters(tensor -> next.next());
    return replaced.equals(exact.operator());
  }

  private static Tensor remembered(List<Tensor> tensors, Tensor tensor) {
    tensors.add(tensor);
    return tensor;
  }
}
