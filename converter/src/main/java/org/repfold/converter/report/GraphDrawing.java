package org.repfold.converter.report;

import java.util.Set;

/** A whole graph as a picture. */
public final class GraphDrawing {
  private static final String FONT = "text { font-family: system-ui, sans-serif; }";

  private GraphDrawing() {}

  /** As a self-contained SVG document, computed from top to bottom; constants left out. */
  public static String svg(String title, GraphSummary graph) {
    Markup out = new Markup("");
    BlockDrawing.draw(out, title, graph.nodes(), graph.constants(), Styles.DRAWING + FONT);
    return out.finish();
  }

  /** In Graphviz's language, computed from top to bottom; constants left out. */
  public static String dot(String title, GraphSummary graph) {
    Set<String> constants = graph.constants();
    StringBuilder out = new StringBuilder("digraph " + quoted(title) + " {\n");
    out.append("  node [shape=box, fontname=\"sans-serif\"];\n");
    for (NodeSummary node : graph.nodes()) {
      if (!constants.contains(node.name())) {
        out.append("  %s [label=%s];\n".formatted(quoted(node.name()), quoted(label(node))));
        node.inputs().stream()
            .filter(input -> !constants.contains(input))
            .forEach(
                input -> out.append("  %s -> %s;\n".formatted(quoted(input), quoted(node.name()))));
      }
    }
    return out.append("}\n").toString();
  }

  private static String label(NodeSummary node) {
    return BlockDrawing.label(node) + "\n" + node.name();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
