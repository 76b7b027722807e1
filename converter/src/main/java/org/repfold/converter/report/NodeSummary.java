package org.repfold.converter.report;

import java.util.List;

/**
 * One node of a summarised graph.
 *
 * @param operator its ONNX type
 * @param attributes its kernel and groups as text, or what its source calls an unknown one; empty
 *     for operators that have neither
 * @param inputs names of the values it takes
 * @param shape of its value at batch 1
 * @param parameters scalar parameters inside it
 */
public record NodeSummary(
    String name,
    String operator,
    String attributes,
    List<String> inputs,
    List<Long> shape,
    long parameters) {
  public NodeSummary {
    inputs = List.copyOf(inputs);
    shape = List.copyOf(shape);
  }
}
