package org.repfold.converter.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes XML, or HTML that is XML too. All text and attribute values pass through here and are
 * escaped, so that no name from a model can become markup.
 */
final class Markup {
  private final StringBuilder out;
  private final Deque<String> open = new ArrayDeque<>();

  Markup(String prologue) {
    out = new StringBuilder(prologue);
  }

  /**
   * Opens an element.
   *
   * @param attributes names and values in turn; numbers with at most two decimals, and an attribute
   *     whose value is null is left out
   */
  Markup open(String name, Object... attributes) {
    start(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  Markup close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** Closes an element whose end starts a new line. */
  Markup closeLine() {
    close();
    out.append('\n');
    return this;
  }

  Markup text(String text) {
    escape(text);
    return this;
  }

  /** An element with text alone. */
  Markup element(String name, String text, Object... attributes) {
    return open(name, attributes).text(text).close();
  }

  /** An element without content. */
  Markup empty(String name, Object... attributes) {
    start(name, attributes);
    out.append("/>");
    return this;
  }

  /** A style sheet of our own, as it is. */
  Markup style(String css) {
    if (css.indexOf('<') >= 0 || css.indexOf('&') >= 0) {
      throw new IllegalArgumentException("a style sheet must not contain < or &");
    }
    out.append("<style>").append(css).append("</style>\n");
    return this;
  }

  /** The whole document. */
  String finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return out.append('\n').toString();
  }

  private void start(String name, Object... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      if (attributes[i + 1] != null) {
        out.append(' ').append(attributes[i]).append("=\"");
        escape(value(attributes[i + 1]));
        out.append('"');
      }
    }
  }

  private static String value(Object value) {
    if (!(value instanceof Double number)) {
      return value.toString();
    }
    String text = Numbers.format("%.2f", number);
    return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
              }
            });
  }

  /** Whether XML 1.0 has the character at all (section 2.2). */
  private static boolean isAllowed(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || c >= 0x20 && c <= 0xD7FF
        || c >= 0xE000 && c <= 0xFFFD
        || c >= 0x10000;
  }
}
