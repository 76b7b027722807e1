package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Reads enlargements of maps that repeat each position, in every form of ONNX's Resize that does
 * so.
 */
final class ResizeReader {
  /** From this opset on, Upsample is called Resize. */
  private static final int RESIZE = 10;

  /** From this opset on, Resize says how positions correspond. */
  private static final int RESIZE_OF_MODES = 11;

  private ResizeReader() {}

  /** What Resize was called before opset 10. */
  static Operator upsample(OnnxNode node) {
    if (node.opset() >= RESIZE) {
      throw new BadInputException("expected an opset before " + RESIZE + ", found " + node.opset());
    }
    return byScales(node);
  }

  private static Operator byScales(OnnxNode node) {
    node.requireInputs(2, 2);
    requireNearest(node);
    return resize(node, scales(node, node.parameter(1), axes(node)));
  }

  static Operator resize(OnnxNode node) {
    if (node.opset() < RESIZE_OF_MODES) {
      return byScales(node);
    }
    node.requireInputs(1, 4);
    requireNearest(node);
    NodeAttributes attributes = node.attributes();
    String coordinates = attributes.string("coordinate_transformation_mode", "half_pixel");
    String rounding = attributes.string("nearest_mode", "round_prefer_floor");
    int[] axes = axes(node);
    Optional<Tensor> given = node.optionalParameter(2).filter(tensor -> tensor.size() > 0);
    int[] scales = given.isPresent() ? scales(node, given.get(), axes) : scalesOfSizes(node, axes);
    for (int scale : scales) {
      require(
          repeats(coordinates, rounding, scale),
          "a Resize by " + scale + " with " + coordinates + " and " + rounding);
    }
    return resize(node, scales);
  }

  private static void requireNearest(OnnxNode node) {
    String mode = node.attributes().string("mode", "nearest");
    require(mode.equals("nearest"), "a " + node.type() + " of mode " + mode);
    require(node.rank() == 4, "a " + node.type() + " of " + node.rank() + " axes");
  }

  private static int[] axes(OnnxNode node) {
    return node.attributes()
        .longs("axes")
        .map(axes -> Arrays.stream(axes).mapToInt(node::axis).toArray())
        .orElse(new int[] {0, 1, 2, 3});
  }

  /** One whole scale for each of the four axes. */
  private static int[] scales(OnnxNode node, Tensor given, int[] axes) {
    if (given.type() == ElementType.INT64 || given.size() != axes.length) {
      throw new BadInputException("expected " + axes.length + " scales, found " + given);
    }
    int[] scales = {1, 1, 1, 1};
    for (int i = 0; i < axes.length; i++) {
      double scale = given.get(i);
      require(scale >= 1 && scale == (int) scale, "a " + node.type() + " by a scale of " + scale);
      scales[axes[i]] = (int) scale;
    }
    return scales;
  }

  private static int[] scalesOfSizes(OnnxNode node, int[] axes) {
    String policy = node.attributes().string("keep_aspect_ratio_policy", "stretch");
    require(policy.equals("stretch"), "a Resize that is " + policy);
    long[] sizes = node.integers(3);
    if (sizes.length != axes.length) {
      throw new BadInputException(
          "expected " + axes.length + " sizes, found " + Arrays.toString(sizes));
    }
    int[] scales = {1, 1, 1, 1};
    Shape input = node.shape();
    for (int i = 0; i < axes.length; i++) {
      long size = input.dimension(axes[i]);
      require(
          size > 0 && sizes[i] >= size && sizes[i] % size == 0,
          "a Resize of axis " + axes[i] + " of " + input + " to " + sizes[i]);
      scales[axes[i]] = Math.toIntExact(sizes[i] / size);
    }
    return scales;
  }

  private static Operator resize(OnnxNode node, int[] scales) {
    require(
        scales[0] == 1 && scales[1] == 1,
        "a " + node.type() + " of samples or channels, by " + Arrays.toString(scales));
    return new Movement.Resize(scales[2], scales[3]);
  }

  /**
   * Whether position {@code k scale + r} of the result takes position {@code k} of the input for
   * every {@code r} below the scale. It looks {@code k} further on than {@code r}, and the further
   * on the larger {@code r}, so that the least and the largest speak for all.
   */
  private static boolean repeats(String coordinates, String rounding, int scale) {
    return nearest(rounding, position(coordinates, 0, scale)) == 0
        && nearest(rounding, position(coordinates, scale - 1.0, scale)) == 0;
  }

  private static double position(String coordinates, double r, double scale) {
    return switch (coordinates) {
      case "asymmetric" -> r / scale;
      case "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel" -> (r + 0.5) / scale - 0.5;
      case "tf_half_pixel_for_nn" -> (r + 0.5) / scale;
      default ->
          throw new BadInputException(
              "a Resize with coordinates " + coordinates + " is not supported yet");
    };
  }

  private static double nearest(String rounding, double position) {
    return switch (rounding) {
      case "floor" -> Math.floor(position);
      case "ceil" -> Math.ceil(position);
      case "round_prefer_floor" -> Math.ceil(position - 0.5);
      case "round_prefer_ceil" -> Math.floor(position + 0.5);
      default ->
          throw new BadInputException("a Resize rounded by " + rounding + " is not supported yet");
    };
  }
}
