package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Node;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class RenameTest {
  private final RandomOperators random = new RandomOperators(3);

  /** A normalised convolution and an activation. */
  private Graph graph() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 5, 5);
    graph.add("conv", random.conv(4, 6, 3, 3, Window.unit(), 1), "x");
    graph.add("norm", random.batchNorm(6), "conv");
    graph.add("relu", new Unary.Relu(), "norm");
    return graph.output("relu").build();
  }

  private static FoldRule rename(String from, String to) {
    return new Rename(name -> Map.of(from, to).getOrDefault(name, name));
  }

  private static List<String> names(Graph graph) {
    return graph.nodes().stream().map(Node::name).toList();
  }

  @Test
  void whatFoldsLeaveGetsItsName() {
    Folding folding =
        new Folder(List.of(new ConvBatchNorm(), rename("conv", "deployed"))).apply(graph());

    assertEquals(List.of("deployed", "relu"), names(folding.folded()));
    assertEquals("deployed", folding.folded().find("relu").orElseThrow().input());
  }

  @Test
  void newNameStandsForTheOldValue() {
    Folding folding =
        new Folder(List.of(new ConvBatchNorm(), rename("conv", "deployed"))).apply(graph());

    assertEquals("norm", folding.equivalents().get("deployed"));
  }

  @Test
  void nothingElseChanges() {
    Folding folding = new Folder(List.of(rename("conv", "deployed"))).apply(graph());

    assertEquals(
        graph().find("conv").orElseThrow().operator().type(),
        folding.folded().find("deployed").orElseThrow().operator().type());
    assertEquals(List.of("deployed", "norm", "relu"), names(folding.folded()));
  }

  @Test
  void takenNameIsRefused() {
    for (String taken : List.of("x", "relu")) {
      Folding folding = new Folder(List.of(rename("conv", taken))).apply(graph());

      assertEquals(List.of("conv", "norm", "relu"), names(folding.folded()));
      assertEquals(
          "another value has the name '" + taken + "'", folding.refusals().get(0).reason());
    }
  }
}
