package org.repfold.graph.npy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;

/** What an {@code .npy} file says of its array: a Python dictionary with three keys. */
record NpyHeader(ElementType type, Shape shape) {
  private static final Pattern ENTRY =
      Pattern.compile(
          "\\s*(?:'(\\w+)'|\"(\\w+)\")\\s*:\\s*"
              + "('[^']*+'|\"[^\"]*+\"|\\w++|\\([^()]*+\\)|\\[[^{}\\[\\]]*+\\])\\s*(,|(?=\\}))");
  private static final Pattern END = Pattern.compile("\\s*\\}\\s*");

  /** A tuple of sizes; one of length one has a trailing comma. */
  private static final Pattern TUPLE =
      Pattern.compile("\\(\\s*(?:\\d++L?\\s*,\\s*)*+(?:\\d++L?\\s*)?\\)");

  static NpyHeader parse(String text) {
    Map<String, String> entries = entries(text);
    String type = entry(entries, "descr");
    ElementType elementType =
        switch (type.replace('"', '\'')) {
          case "'<f4'" -> ElementType.FLOAT32;
          case "'<f8'" -> ElementType.FLOAT64;
          default ->
              throw new BadInputException(
                  "expected elements of type '<f4' or '<f8', found " + shorten(type));
        };
    String order = entry(entries, "fortran_order");
    if (!order.equals("False")) {
      throw new BadInputException(
          "expected C order (fortran_order False), found fortran_order " + shorten(order));
    }
    return new NpyHeader(elementType, shape(entry(entries, "shape")));
  }

  private static Map<String, String> entries(String text) {
    Map<String, String> entries = new HashMap<>();
    if (!text.startsWith("{")) {
      throw new BadInputException("expected a dictionary as header, found " + shorten(text));
    }
    Matcher entry = ENTRY.matcher(text).region(1, text.length());
    while (entry.lookingAt()) {
      String key = Optional.ofNullable(entry.group(1)).orElse(entry.group(2));
      if (entries.put(key, entry.group(3)) != null) {
        throw new BadInputException("header: key '" + shorten(key) + "' used twice");
      }
      entry.region(entry.end(), text.length());
    }
    String rest = text.substring(entry.regionStart());
    if (!END.matcher(rest).matches()) {
      throw new BadInputException("header: expected an entry or its end, found " + shorten(rest));
    }
    if (entries.size() > 3) {
      throw new BadInputException("header: expected three keys, found " + entries.size());
    }
    return entries;
  }

  private static String entry(Map<String, String> entries, String key) {
    String value = entries.get(key);
    if (value == null) {
      throw new BadInputException("header: expected the key '" + key + "', found none");
    }
    return value;
  }

  private static Shape shape(String tuple) {
    boolean bare = tuple.matches("\\(\\s*\\d+L?\\s*\\)");
    if (bare || !TUPLE.matcher(tuple).matches()) {
      throw new BadInputException("header: expected a tuple of sizes, found " + shorten(tuple));
    }
    try {
      return Shape.of(
          Stream.of(tuple.substring(1, tuple.length() - 1).replace("L", "").split(","))
              .map(String::strip)
              .filter(size -> !size.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray());
    } catch (NumberFormatException e) {
      throw new BadInputException("header: expected sizes below 2^63, found " + shorten(tuple), e);
    }
  }

  /** On one line and short, whatever the file holds. */
  private static String shorten(String text) {
    String line = text.replaceAll("[^\\x20-\\x7e]", "?");
    return line.length() <= 60 ? line : line.substring(0, 60) + "...";
  }
}
