package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Reads how a kernel moves over a map. */
final class WindowReader {
  private WindowReader() {}

  /**
   * The window of a convolution or pool over the node's first input.
   *
   * @param kernel height and width
   */
  static Window of(OnnxNode node, int... kernel) {
    int[] strides = node.attributes().integers("strides", 1, 1);
    int[] dilations = node.attributes().integers("dilations", 1, 1);
    if (Arrays.stream(strides).anyMatch(stride -> stride < 1)) {
      throw new BadInputException(
          "expected strides of at least 1, found " + Arrays.toString(strides));
    }
    int[] pads = node.attributes().integers("pads", 0, 0, 0, 0);
    String automatic = node.attributes().string("auto_pad", "NOTSET");
    if (!automatic.equals("NOTSET")) {
      require(
          Arrays.equals(pads, new int[4]),
          "a " + node.type() + " with both pads and auto_pad " + automatic);
      boolean lower = automatic.equals("SAME_LOWER");
      require(
          lower || automatic.equals("SAME_UPPER") || automatic.equals("VALID"),
          "a " + node.type() + " with auto_pad " + automatic);
      if (!automatic.equals("VALID")) {
        pads = samePads(node.shape(), kernel, strides, dilations, lower);
      }
    }
    return window(strides, dilations, pads);
  }

  static Window window(int[] strides, int[] dilations, int[] pads) {
    return new Window(
        strides[0], strides[1], dilations[0], dilations[1], pads[0], pads[1], pads[2], pads[3]);
  }

  /** Pads such that the result has {@code size / stride} positions along each axis, rounded up. */
  private static int[] samePads(
      Shape input, int[] kernel, int[] strides, int[] dilations, boolean lower) {
    int[] pads = new int[4];
    for (int i = 0; i < 2; i++) {
      long size = input.rank() == 4 ? input.dimension(i + 2) : Shape.UNKNOWN;
      require(size != Shape.UNKNOWN, "auto_pad without a map of known size");
      long results = (size - 1) / strides[i] + 1;
      long reach = Math.multiplyExact(dilations[i], kernel[i] - 1L) + 1;
      long total = Math.max(0, (results - 1) * strides[i] + reach - size);
      split(pads, i, total, lower);
    }
    return pads;
  }

  /**
   * Divides padding between both ends of an axis; where that leaves one over, it goes to the end.
   */
  static void split(int[] pads, int axis, long total, boolean moreAtTheStart) {
    int smaller = Math.toIntExact(total / 2);
    int larger = Math.toIntExact(total - total / 2);
    pads[axis] = moreAtTheStart ? larger : smaller;
    pads[axis + 2] = moreAtTheStart ? smaller : larger;
  }
}
