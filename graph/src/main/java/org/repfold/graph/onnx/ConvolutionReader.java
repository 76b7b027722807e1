package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Reads convolutions and their transposes. */
final class ConvolutionReader {
  private ConvolutionReader() {}

  static Operator conv(OnnxNode node) {
    Tensor weight = weight(node);
    return new Operator.Conv(
        weight,
        node.optionalParameter(2),
        WindowReader.of(node, kernel(weight)),
        node.attributes().integer("group", 1));
  }

  /**
   * Padding of the result at its end is padding of the kernel that is not cut off, so that there
   * must be as much of it.
   */
  static Operator convTranspose(OnnxNode node) {
    Tensor weight = weight(node);
    NodeAttributes attributes = node.attributes();
    int[] strides = attributes.integers("strides", 1, 1);
    int[] dilations = attributes.integers("dilations", 1, 1);
    int[] outputPadding = attributes.integers("output_padding", 0, 0);
    int[] pads = attributes.integers("pads", 0, 0, 0, 0);
    Optional<int[]> outputShape = outputShape(node, strides);
    for (int i = 0; i < 2; i++) {
      require(outputPadding[i] >= 0, "a ConvTranspose with negative output_padding");
      if (outputShape.isPresent()) {
        long whole =
            Math.multiplyExact(node.shape().dimension(i + 2) - 1, strides[i])
                + Math.multiplyExact(dilations[i], kernel(weight)[i] - 1L)
                + 1;
        long total = whole + outputPadding[i] - outputShape.get()[i];
        require(total >= 0, "a ConvTranspose to a larger map than its kernel reaches");
        boolean upper = attributes.string("auto_pad", "NOTSET").equals("SAME_UPPER");
        WindowReader.split(pads, i, total, !upper);
      }
      pads[i + 2] -= outputPadding[i];
      require(pads[i + 2] >= 0, "a ConvTranspose with more output_padding than pads");
    }
    return new Operator.ConvTranspose(
        weight,
        node.optionalParameter(2),
        WindowReader.window(strides, dilations, pads),
        attributes.integer("group", 1));
  }

  /** The height and width that the node asks for, unless it has pads instead. */
  private static Optional<int[]> outputShape(OnnxNode node, int[] strides) {
    NodeAttributes attributes = node.attributes();
    String automatic = attributes.string("auto_pad", "NOTSET");
    boolean same = automatic.equals("SAME_UPPER") || automatic.equals("SAME_LOWER");
    require(
        same || automatic.equals("NOTSET") || automatic.equals("VALID"),
        "a ConvTranspose with auto_pad " + automatic);
    boolean given = attributes.integers("output_shape").isPresent();
    if (!same && !given) {
      return Optional.empty();
    }
    Shape input = node.shape();
    require(
        input.rank() == 4
            && input.dimension(2) != Shape.UNKNOWN
            && input.dimension(3) != Shape.UNKNOWN,
        "a ConvTranspose that must pad a map of unknown size");
    if (given) {
      return Optional.of(attributes.integers("output_shape", 0, 0));
    }
    return Optional.of(
        new int[] {
          Math.toIntExact(Math.multiplyExact(input.dimension(2), strides[0])),
          Math.toIntExact(Math.multiplyExact(input.dimension(3), strides[1]))
        });
  }

  private static Tensor weight(OnnxNode node) {
    node.requireInputs(2, 3);
    Tensor weight = node.parameter(1);
    require(weight.shape().rank() == 4, "a " + node.type() + " with weight " + weight.shape());
    int[] kernel = kernel(weight);
    if (!Arrays.equals(node.attributes().integers("kernel_shape", kernel), kernel)) {
      throw new BadInputException(
          "expected kernel_shape " + Arrays.toString(kernel) + " as of the weight");
    }
    return weight;
  }

  private static int[] kernel(Tensor weight) {
    return new int[] {
      Math.toIntExact(weight.shape().dimension(2)), Math.toIntExact(weight.shape().dimension(3))
    };
  }
}
