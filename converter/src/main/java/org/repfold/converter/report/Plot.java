package org.repfold.converter.report;

/**
 * What all plots have in common: a labelled frame. Coordinates are pixels of a drawing of the given
 * size.
 */
final class Plot {
  static final double LEFT = 62;
  static final double TOP = 14;
  private static final double WIDE = 800;
  private static final double RIGHT = 14;
  private static final double BOTTOM = 46;

  final Markup out;
  final double width;
  final double height;

  /** Opens a drawing; {@link #close()} ends it. */
  Plot(Markup out, String title, double width, double height) {
    this.out = out;
    this.width = width;
    this.height = height;
    out.open(
        "svg",
        "class",
        width > WIDE ? "plot full" : "plot half",
        "role",
        "img",
        "aria-label",
        title,
        "viewBox",
        Numbers.format("0 0 %.0f %.0f", width, height));
  }

  double left() {
    return LEFT;
  }

  double right() {
    return width - RIGHT;
  }

  double top() {
    return TOP;
  }

  double bottom() {
    return height - BOTTOM;
  }

  void close() {
    out.closeLine();
  }

  void horizontalTick(double y, String label) {
    out.empty("line", "class", "grid", "x1", left(), "x2", right(), "y1", y, "y2", y);
    text(label, "tick end", left() - 8, y + 4);
  }

  void verticalTick(double x, String label) {
    out.empty("line", "class", "grid", "x1", x, "x2", x, "y1", top(), "y2", bottom());
    text(label, "tick", x, bottom() + 16);
  }

  void horizontalTitle(String title) {
    text(title, "axis", (left() + right()) / 2, height - 6);
  }

  void verticalTitle(String title) {
    double middle = (top() + bottom()) / 2;
    out.element(
        "text",
        title,
        "class",
        "axis",
        "transform",
        Numbers.format("translate(13 %.1f) rotate(-90)", middle));
  }

  void baseline() {
    out.empty("line", "class", "base", "x1", left(), "x2", right(), "y1", bottom(), "y2", bottom());
  }

  void text(String text, String style, double x, double y) {
    out.element("text", text, "class", style, "x", x, "y", y);
  }

  /** A legend for two series, drawn as HTML above a plot. */
  static void legend(Markup out, String... stylesAndLabels) {
    out.open("ul", "class", "legend");
    for (int i = 0; i < stylesAndLabels.length; i += 2) {
      out.open("li").element("i", "", "class", stylesAndLabels[i]);
      out.text(stylesAndLabels[i + 1]).close();
    }
    out.closeLine();
  }
}
