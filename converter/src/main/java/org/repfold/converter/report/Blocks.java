package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Groups names by the part of the network that they belong to. */
final class Blocks {
  private static final Pattern NUMBERED = Pattern.compile("[^./]+(?:[./]\\d+(?=[./]|$))+");
  private static final Pattern FIRST_WORD = Pattern.compile("[^._/]+");
  private static final Pattern TRAILING = Pattern.compile("[._/]+$");

  private Blocks() {}

  /**
   * What all names of a block have in common: {@code stages.0.1} for {@code
   * stages.0.1.repmlp_block.fc3}; without numbers the first word, {@code head} for {@code
   * head_norm}.
   */
  static String key(String name) {
    Matcher numbered = NUMBERED.matcher(name);
    if (numbered.lookingAt()) {
      return numbered.group();
    }
    Matcher word = FIRST_WORD.matcher(name);
    return word.lookingAt() ? word.group() : name;
  }

  /** The name of a block: its key, or more of what all its names begin with if that is words. */
  static String label(List<String> names) {
    String key = key(names.get(0));
    if (names.size() == 1 || NUMBERED.matcher(key).matches()) {
      return key;
    }
    String common = names.get(0);
    for (String name : names) {
      int same = 0;
      while (same < Math.min(common.length(), name.length())
          && common.charAt(same) == name.charAt(same)) {
        same++;
      }
      common = common.substring(0, same);
    }
    String label = TRAILING.matcher(common).replaceFirst("");
    return label.isEmpty() ? key : label;
  }

  /** Nodes by block, in the order of first appearance; constants are left out. */
  static Map<String, List<NodeSummary>> of(GraphSummary graph) {
    Map<String, List<NodeSummary>> blocks = new LinkedHashMap<>();
    for (NodeSummary node : graph.nodes()) {
      if (!node.operator().equals("Constant")) {
        blocks.computeIfAbsent(key(node.name()), k -> new ArrayList<>()).add(node);
      }
    }
    return blocks;
  }
}
