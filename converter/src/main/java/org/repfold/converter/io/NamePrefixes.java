package org.repfold.converter.io;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;

/**
 * What PyTorch's wrappers put before the names of a network's tensors: {@code DataParallel} and
 * averaged models {@code module.}, compiled ones {@code _orig_mod.}, detection frameworks {@code
 * backbone.}.
 */
final class NamePrefixes {
  private static final List<String> KNOWN = List.of("module.", "_orig_mod.", "backbone.");

  private NamePrefixes() {}

  /** Tensors by their names without prefixes, and the prefixes that were there. */
  record Stripped(Map<String, Tensor> tensors, List<String> prefixes) {}

  /**
   * Takes the prefixes from the names that have any.
   *
   * @throws BadInputException if two tensors would have the same name
   */
  static Stripped strip(Map<String, Tensor> tensors) {
    Map<String, Tensor> stripped = new LinkedHashMap<>();
    Set<String> prefixes = new LinkedHashSet<>();
    tensors.forEach(
        (name, tensor) -> {
          String rest = strip(name, prefixes);
          if (stripped.put(rest, tensor) != null) {
            throw new BadInputException(
                "expected one tensor '"
                    + rest
                    + "' without the prefixes "
                    + prefixes
                    + ", found two");
          }
        });
    return new Stripped(stripped, List.copyOf(prefixes));
  }

  private static String strip(String name, Set<String> prefixes) {
    int start = 0;
    for (int length = prefixLength(name, 0); length > 0; length = prefixLength(name, start)) {
      prefixes.add(name.substring(start, start + length));
      start += length;
    }
    return name.substring(start);
  }

  private static int prefixLength(String name, int start) {
    return KNOWN.stream()
        .filter(prefix -> name.startsWith(prefix, start))
        .mapToInt(String::length)
        .findFirst()
        .orElse(0);
  }
}
