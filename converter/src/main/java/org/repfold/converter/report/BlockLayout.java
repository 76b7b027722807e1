package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Places the nodes of a block on a grid: a row below all that it takes values from, in the lane of
 * the first of them where that is free, so that branches run side by side.
 */
final class BlockLayout {
  /**
   * A place on the grid.
   *
   * @param node null for a value that comes from outside the block
   */
  record Cell(String name, NodeSummary node, int row, int lane) {}

  /** A value's way from one cell to another; {@code aside} if other cells are in between. */
  record Edge(Cell from, Cell to, boolean aside) {}

  private final Map<String, Cell> cells = new LinkedHashMap<>();
  private final List<Edge> edges = new ArrayList<>();
  private final Set<List<Integer>> taken = new HashSet<>();
  private final Map<Integer, String> lowest = new HashMap<>();
  private final Map<String, Integer> waiting = new HashMap<>();

  /**
   * Lays out a block.
   *
   * @param nodes in the order of computation
   * @param hidden names of values that are not drawn
   */
  BlockLayout(List<NodeSummary> nodes, Set<String> hidden) {
    Set<String> inside = new HashSet<>();
    nodes.forEach(node -> inside.add(node.name()));
    Set<String> outside = new LinkedHashSet<>();
    for (NodeSummary node : nodes) {
      for (String input : new LinkedHashSet<>(node.inputs())) {
        waiting.merge(input, 1, Integer::sum);
        if (!inside.contains(input) && !hidden.contains(input)) {
          outside.add(input);
        }
      }
    }
    outside.forEach(name -> place(new Cell(name, null, 0, freeLane(0, 0))));
    for (NodeSummary node : nodes) {
      add(
          node,
          node.inputs().stream().distinct().filter(cells::containsKey).map(cells::get).toList());
    }
  }

  List<Cell> cells() {
    return List.copyOf(cells.values());
  }

  List<Edge> edges() {
    return edges;
  }

  int rows() {
    return 1 + cells.values().stream().mapToInt(Cell::row).max().orElse(0);
  }

  int lanes() {
    return 1 + cells.values().stream().mapToInt(Cell::lane).max().orElse(0);
  }

  private void add(NodeSummary node, List<Cell> sources) {
    int row = 1 + sources.stream().mapToInt(Cell::row).max().orElse(-1);
    int top = sources.stream().mapToInt(Cell::row).min().orElse(row - 1);
    int lane =
        sources.stream()
            .sorted(Comparator.comparingInt(Cell::lane))
            .filter(source -> isFree(source.lane(), source.row() + 1, row))
            .map(Cell::lane)
            .findFirst()
            .orElseGet(() -> freeLane(top + 1, row));
    node.inputs().stream().distinct().forEach(input -> waiting.merge(input, -1, Integer::sum));
    Cell cell = new Cell(node.name(), node, row, lane);
    for (Cell source : sources) {
      edges.add(connect(source, cell));
    }
    place(cell);
  }

  private Edge connect(Cell from, Cell to) {
    int lane = isFree(from.lane(), from.row() + 1, to.row() - 1) ? from.lane() : to.lane();
    boolean aside = !isFree(lane, from.row() + 1, to.row() - 1);
    if (!aside) {
      for (int row = from.row() + 1; row < to.row(); row++) {
        taken.add(List.of(lane, row));
      }
    }
    return new Edge(from, to, aside);
  }

  private void place(Cell cell) {
    cells.put(cell.name(), cell);
    taken.add(List.of(cell.lane(), cell.row()));
    lowest.put(cell.lane(), cell.name());
  }

  private int freeLane(int from, int to) {
    int lane = 0;
    while (!isFree(lane, from, to) || waiting.getOrDefault(lowest.get(lane), 0) > 0) {
      lane++;
    }
    return lane;
  }

  private boolean isFree(int lane, int from, int to) {
    for (int row = from; row <= to; row++) {
      if (taken.contains(List.of(lane, row))) {
        return false;
      }
    }
    return true;
  }
}
