package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Both forms side by side, block by block. A block that is built like an earlier one is closed and
 * shows its nodes as a strip of colours alone.
 */
final class NetworkDrawing {
  private static final double CELL = 6;
  private static final double STRIP_HEIGHT = 14;

  private final Markup out;
  private final Set<String> trainConstants;
  private final Set<String> deployConstants;
  private final Map<String, String> seen = new HashMap<>();

  private NetworkDrawing(Markup out, GraphSummary before, GraphSummary after) {
    this.out = out;
    this.trainConstants = before.constants();
    this.deployConstants = after.constants();
  }

  static void draw(Markup out, GraphSummary before, GraphSummary after) {
    new NetworkDrawing(out, before, after).drawAll(Blocks.of(before), Blocks.of(after));
  }

  private void drawAll(
      Map<String, List<NodeSummary>> before, Map<String, List<NodeSummary>> after) {
    legend(before, after);
    out.open("div", "class", "form-heads");
    out.element("span", "").element("span", "Train form", "class", "train-text");
    out.element("span", "Deploy form", "class", "deploy-text").closeLine();
    Set<String> blocks = new LinkedHashSet<>(before.keySet());
    blocks.addAll(after.keySet());
    for (String block : blocks) {
      block(before.getOrDefault(block, List.of()), after.getOrDefault(block, List.of()));
    }
  }

  private void legend(Map<String, List<NodeSummary>> before, Map<String, List<NodeSummary>> after) {
    Set<OperatorKind> kinds = new java.util.TreeSet<>();
    before.values().forEach(nodes -> nodes.forEach(node -> kinds.add(OperatorKind.of(node))));
    after.values().forEach(nodes -> nodes.forEach(node -> kinds.add(OperatorKind.of(node))));
    out.open("ul", "class", "legend");
    for (OperatorKind kind : kinds) {
      out.open("li").element("i", "", "class", kind.style).text(kind.label).close();
    }
    out.closeLine();
  }

  private void block(List<NodeSummary> before, List<NodeSummary> after) {
    List<String> names =
        (before.isEmpty() ? after : before).stream().map(NodeSummary::name).toList();
    String label = Blocks.label(names);
    String same = seen.putIfAbsent(structure(before) + "|" + structure(after), label);
    out.open("details", "class", "block", "open", same == null ? "open" : null);
    out.open("summary").open("span", "class", "name").text(label);
    if (same != null) {
      out.element("small", "built like " + same);
    }
    out.close();
    strip(before);
    strip(after);
    out.close().open("div", "class", "forms");
    side("Train form", label, before, trainConstants);
    side("Deploy form", label, after, deployConstants);
    out.close().closeLine();
  }

  private void strip(List<NodeSummary> nodes) {
    double width = Math.max(1, nodes.size() * CELL);
    out.open("span", "class", "strip");
    out.open(
        "svg",
        "role",
        "img",
        "aria-label",
        nodes.size() + " operators",
        "width",
        width,
        "height",
        STRIP_HEIGHT);
    double x = 0;
    for (NodeSummary node : nodes) {
      out.open("rect", "class", "cell " + OperatorKind.of(node).style, "x", x, "width", CELL - 1);
      out.element("title", BlockDrawing.description(node)).close();
      x += CELL;
    }
    out.close().element("b", Integer.toString(nodes.size())).close();
  }

  private void side(String form, String block, List<NodeSummary> nodes, Set<String> constants) {
    out.open("div", "class", "form").element("p", form, "class", "form-name");
    if (nodes.isEmpty()) {
      out.element("p", "Nothing is left of this block.", "class", "muted");
    } else {
      BlockDrawing.draw(out, block + ", " + form, nodes, constants);
    }
    out.close();
  }

  /** What a block looks like without its names. */
  private static String structure(List<NodeSummary> nodes) {
    Map<String, Integer> numbers = new HashMap<>();
    List<String> parts = new ArrayList<>();
    for (NodeSummary node : nodes) {
      numbers.put(node.name(), numbers.size());
      parts.add(
          BlockDrawing.label(node)
              + node.inputs().stream().map(i -> numbers.getOrDefault(i, -1)).toList());
    }
    return String.join(";", parts);
  }
}
