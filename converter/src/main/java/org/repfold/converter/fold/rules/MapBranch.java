package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * An addend of a sum seen as a convolution, before which and behind which elements may be laid out
 * under other shapes.
 *
 * @param input the value before it was laid out as the convolution's input
 * @param nodes the nodes that compute the addend and nothing else
 * @param in the shape that the convolution takes
 * @param out the shape that it gives
 * @param obstacle why the addend cannot be taken away, where it cannot
 */
record MapBranch(
    String addend,
    String input,
    List<Node> nodes,
    Operator.Conv conv,
    Shape in,
    Shape out,
    Optional<Match> obstacle) {

  /** All that an addend may be seen as. */
  static List<MapBranch> all(GraphView graph, String addend) {
    List<MapBranch> branches = new ArrayList<>();
    List<Node> layout = Reshaped.of(graph, addend).nodes();
    for (int from = 0; from <= layout.size(); from++) {
      List<Node> behind = layout.subList(from, layout.size());
      String value = behind.isEmpty() ? addend : behind.get(0).input();
      if (graph.shape(value).rank() == 4) {
        for (Branch branch : Branch.all(graph, value)) {
          branches.add(of(graph, addend, branch, behind));
        }
      }
    }
    return branches;
  }

  private static MapBranch of(GraphView graph, String addend, Branch branch, List<Node> behind) {
    Optional<Node> shared =
        behind.stream().filter(node -> !graph.hasSingleUse(node.name())).findFirst();
    List<Node> nodes = new ArrayList<>();
    if (shared.isEmpty()) {
      nodes.addAll(branch.nodes());
      nodes.addAll(behind);
    }
    boolean isConvolution = branch.nodes().stream().anyMatch(n -> n.operator() == branch.conv());
    Optional<Match> obstacle = branch.obstacle();
    if (obstacle.isEmpty() && isConvolution) {
      obstacle = shared.map(node -> Uses.refuseAddend(graph, node.name()));
    }
    return new MapBranch(
        addend,
        Reshaped.of(graph, branch.input()).origin(),
        nodes,
        branch.conv(),
        graph.shape(branch.input()),
        graph.shape(branch.addend()),
        obstacle);
  }

  /** Whether the layer's inputs and outputs are the elements of the convolution's maps. */
  boolean fits(Linear layer) {
    return (long) layer.groupInputs() * layer.group() == in.product(1, 4)
        && layer.outputs() == out.product(1, 4);
  }
}
