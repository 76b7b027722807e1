package org.repfold.converter.report;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** One block of one form as a diagram, computed from top to bottom. */
final class BlockDrawing {
  private static final double GUTTER = 18;
  private static final double LANE = 126;
  private static final double ROW = 30;
  private static final double CHIP_WIDTH = 116;
  private static final double CHIP_HEIGHT = 19;
  private static final double GAP = ROW - CHIP_HEIGHT;
  private static final double RADIUS = 4;
  private static final double TOP = 4;
  private static final int LONGEST_NAME = 20;

  private final Markup out;

  private BlockDrawing(Markup out) {
    this.out = out;
  }

  /**
   * Draws a block.
   *
   * @param constants names of values that are not drawn
   */
  static void draw(Markup out, String title, List<NodeSummary> nodes, Set<String> constants) {
    draw(out, title, nodes, constants, "");
  }

  /**
   * As {@link #draw(Markup, String, List, Set)}, as a document of its own.
   *
   * @param style the style sheet inside it
   */
  static void draw(
      Markup out, String title, List<NodeSummary> nodes, Set<String> constants, String style) {
    BlockLayout layout = new BlockLayout(nodes, constants);
    double width = GUTTER + layout.lanes() * LANE;
    double height = 2 * TOP + (layout.rows() - 1) * ROW + CHIP_HEIGHT;
    out.open(
        "svg",
        "xmlns",
        style.isEmpty() ? null : "http://www.w3.org/2000/svg",
        "class",
        "block",
        "role",
        "img",
        "aria-label",
        title,
        "viewBox",
        Numbers.format("0 0 %.0f %.0f", width, height),
        "width",
        width,
        "height",
        height);
    if (!style.isEmpty()) {
      out.style(style);
    }
    BlockDrawing drawing = new BlockDrawing(out);
    int gutter = 0;
    for (BlockLayout.Edge edge : layout.edges()) {
      out.empty("path", "class", "edge", "d", drawing.path(edge, edge.aside() ? gutter++ : 0));
    }
    layout.cells().forEach(drawing::chip);
    out.closeLine();
  }

  private static double left(BlockLayout.Cell cell) {
    return GUTTER + cell.lane() * LANE;
  }

  private static double center(BlockLayout.Cell cell) {
    return left(cell) + CHIP_WIDTH / 2;
  }

  private static double top(BlockLayout.Cell cell) {
    return TOP + cell.row() * ROW;
  }

  /** Straight down where the way is free, else around the left of it. */
  private String path(BlockLayout.Edge edge, int gutter) {
    double fromX = center(edge.from());
    double toX = center(edge.to());
    double fromY = top(edge.from()) + CHIP_HEIGHT;
    double toY = top(edge.to());
    if (edge.aside()) {
      double x = left(edge.from()) - 7 - 4 * (gutter % 3);
      double start = fromY - CHIP_HEIGHT / 2;
      double end = toY + CHIP_HEIGHT / 2;
      return Numbers.format(
          "M%.1f %.1fH%.1fQ%.1f %.1f %.1f %.1fV%.1fQ%.1f %.1f %.1f %.1fH%.1f",
          left(edge.from()),
          start,
          x + 4,
          x,
          start,
          x,
          start + 4,
          end - 4,
          x,
          end,
          x + 4,
          end,
          left(edge.to()));
    }
    if (fromX == toX) {
      return Numbers.format("M%.1f %.1fV%.1f", fromX, fromY, toY);
    }
    // A branch leaves at once for its own lane, and one that merges stays in its lane to the end.
    double turn = fromX < toX ? fromY + GAP / 2 : toY - GAP / 2;
    double side = Math.signum(toX - fromX) * RADIUS;
    return Numbers.format(
        "M%.1f %.1fV%.1fQ%.1f %.1f %.1f %.1fH%.1fQ%.1f %.1f %.1f %.1fV%.1f",
        fromX,
        fromY,
        turn - RADIUS,
        fromX,
        turn,
        fromX + side,
        turn,
        toX - side,
        toX,
        turn,
        toX,
        turn + RADIUS,
        toY);
  }

  private void chip(BlockLayout.Cell cell) {
    NodeSummary node = cell.node();
    out.open("g", "class", node == null ? "chip source" : "chip " + OperatorKind.of(node).style);
    out.element("title", node == null ? cell.name() : description(node));
    out.empty(
        "rect",
        "x",
        left(cell),
        "y",
        top(cell),
        "width",
        CHIP_WIDTH,
        "height",
        CHIP_HEIGHT,
        "rx",
        4);
    out.element(
        "text",
        node == null ? shortened(cell.name()) : label(node),
        "x",
        center(cell),
        "y",
        top(cell) + 13.5);
    out.close();
  }

  private static String shortened(String name) {
    int length = name.length();
    return length <= LONGEST_NAME ? name : "\u2026" + name.substring(length - LONGEST_NAME + 1);
  }

  /** The operator with its kernel. */
  static String label(NodeSummary node) {
    return switch (node.operator()) {
      case "Conv", "MaxPool" -> node.operator() + " " + kernel(node);
      case "ConvTranspose" -> "ConvTransp " + kernel(node);
      case "AveragePool" -> "AvgPool " + kernel(node);
      case "BatchNormalization" -> "BatchNorm";
      case "LayerNormalization" -> "LayerNorm";
      case "GlobalAveragePool" -> "GlobalAvgPool";
      case "Opaque" -> shortened(node.attributes());
      default -> node.operator();
    };
  }

  private static String kernel(NodeSummary node) {
    return node.attributes().split(",")[0];
  }

  static String description(NodeSummary node) {
    return node.name()
        + "\n"
        + node.operator()
        + (node.attributes().isEmpty() ? "" : " " + node.attributes())
        + "\nshape "
        + node.shape().stream().map(String::valueOf).collect(Collectors.joining("\u00d7"))
        + (node.parameters() == 0 ? "" : "\n" + Numbers.count(node.parameters()) + " parameters");
  }
}
