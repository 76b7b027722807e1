package org.repfold.graph.onnx;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;

/**
 * Computes, while a model is read, the nodes that take nothing but what is known then: exporters
 * write shapes as chains of these, and what a network's code makes of its parameters alone.
 */
final class KnownReader {
  private KnownReader() {}

  /**
   * The node's outputs; empty if an input is not known, or the operator is not one of those.
   *
   * @throws NotSupportedException if what it makes of the batch is not a multiple of it
   */
  static Optional<List<Known>> read(OnnxNode node) {
    try {
      if (node.type().equals("Shape")) {
        return Optional.of(List.of(KnownShapes.shape(node)));
      }
      boolean known =
          node.inputs() > 0
              && IntStream.range(0, node.inputs())
                  .allMatch(i -> !node.hasInput(i) || node.known(i).isPresent());
      return known ? compute(node) : Optional.empty();
    } catch (ArithmeticException e) {
      throw new BadInputException("expected whole numbers below 2^63, found larger", e);
    }
  }

  private static Optional<List<Known>> compute(OnnxNode node) {
    return switch (node.type()) {
      case "Split" -> Optional.of(KnownMovements.split(node));
      case "Identity",
          "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Transpose",
          "Slice",
          "Gather",
          "Concat",
          "Expand",
          "Where",
          "ScatterND" ->
          Optional.of(List.of(KnownMovements.read(node)));
      case "ConstantOfShape" -> Optional.of(List.of(KnownShapes.constantOfShape(node)));
      case "Range" -> Optional.of(List.of(KnownShapes.range(node)));
      case "Size" -> Optional.of(List.of(KnownShapes.size(node)));
      case "Cast" -> Optional.of(List.of(KnownArithmetic.cast(node)));
      default -> KnownArithmetic.read(node).map(List::of);
    };
  }
}
