package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Writes one node of opset 20; its parameters become initializers. */
final class NodeWriter {
  private final Node node;
  private final Initializers initializers;
  private final ElementType floatType;
  private final List<String> inputs;
  private final NodeProto.Builder proto;

  private NodeWriter(Node node, Initializers initializers, ElementType floatType) {
    this.node = node;
    this.initializers = initializers;
    this.floatType = floatType;
    this.inputs = new ArrayList<>(node.inputs());
    this.proto =
        NodeProto.newBuilder()
            .setName(node.name())
            .setOpType(node.operator().type())
            .addOutput(node.name());
  }

  /**
   * The node.
   *
   * @param floatType of the model's values
   * @throws BadInputException naming the node, if ONNX has no such operator or cannot hold one of
   *     its numbers
   */
  static NodeProto write(Node node, Initializers initializers, ElementType floatType) {
    try {
      return new NodeWriter(node, initializers, floatType).write();
    } catch (BadInputException e) {
      throw new BadInputException(
          "node '" + node.name() + "' (" + node.operator().type() + "): " + e.getMessage(), e);
    }
  }

  private NodeProto write() {
    Operator operator = node.operator();
    if (operator instanceof Unary unary) {
      add(unary);
    } else if (operator instanceof Pooling pooling) {
      add(pooling);
    } else if (operator instanceof Movement movement) {
      add(movement);
    } else if (operator instanceof Operator.Conv conv) {
      addWeightAndBias(conv.weight(), conv.bias());
      addInteger("group", conv.group());
      addWindow(conv.window(), conv.kernelHeight(), conv.kernelWidth());
    } else if (operator instanceof Operator.ConvTranspose conv) {
      addWeightAndBias(conv.weight(), conv.bias());
      addInteger("group", conv.group());
      addWindow(conv.window(), conv.kernelHeight(), conv.kernelWidth());
    } else if (operator instanceof Operator.Gemm gemm) {
      addWeightAndBias(gemm.weight(), gemm.bias());
      addInteger("transB", 1);
    } else if (operator instanceof Operator.BatchNormalization norm) {
      addParameter("scale", norm.scale());
      addParameter("shift", norm.shift());
      addParameter("mean", norm.mean());
      addParameter("variance", norm.variance());
      addReal("epsilon", norm.epsilon());
    } else if (operator instanceof Operator.LayerNormalization norm) {
      addParameter("scale", norm.scale());
      norm.shift().ifPresent(shift -> addParameter("shift", shift));
      addInteger("axis", -norm.scale().shape().rank());
      addReal("epsilon", norm.epsilon());
    } else if (operator instanceof Operator.Softmax softmax) {
      addInteger("axis", softmax.axis());
    }
    return proto.addAllInput(inputs).build();
  }

  private void add(Unary operator) {
    if (operator instanceof Unary.LeakyRelu leaky) {
      addReal("alpha", leaky.alpha());
    } else if (operator instanceof Unary.ThresholdedRelu thresholded) {
      addReal("alpha", thresholded.alpha());
    } else if (operator instanceof Unary.Elu elu) {
      addReal("alpha", elu.alpha());
    } else if (operator instanceof Unary.Selu selu) {
      addReal("alpha", selu.alpha());
      addReal("gamma", selu.gamma());
    } else if (operator instanceof Unary.HardSigmoid hard) {
      addReal("alpha", hard.alpha());
      addReal("beta", hard.beta());
    } else if (operator instanceof Unary.Clip clip) {
      addLimit("lowest", clip.lowest());
      addLimit("highest", clip.highest());
    }
  }

  /** Without a limit the input is left out. */
  private void addLimit(String name, double limit) {
    if (Double.isInfinite(limit)) {
      inputs.add("");
    } else {
      addNumber(name, limit);
    }
  }

  private void add(Pooling operator) {
    if (operator instanceof Pooling.MaxPool pool) {
      addWindow(pool.window(), pool.kernelHeight(), pool.kernelWidth());
    } else if (operator instanceof Pooling.AveragePool pool) {
      addWindow(pool.window(), pool.kernelHeight(), pool.kernelWidth());
      addInteger("count_include_pad", pool.countIncludePad() ? 1 : 0);
    } else if (operator instanceof Pooling.ReduceMean mean) {
      addIntegers("axes", mean.axes().stream().mapToLong(Integer::longValue).toArray());
      addInteger("keepdims", mean.keepDimensions() ? 1 : 0);
    }
  }

  private void add(Movement operator) {
    if (operator instanceof Movement.Reshape reshape) {
      addIntegers("shape", reshape.shape().stream().mapToLong(Long::longValue).toArray());
    } else if (operator instanceof Movement.Transpose transpose) {
      proto.addAttribute(
          OnnxAttributes.integers(
              "perm", transpose.permutation().stream().mapToLong(Integer::longValue).toArray()));
    } else if (operator instanceof Movement.Concat concat) {
      addInteger("axis", concat.axis());
    } else if (operator instanceof Movement.Slice slice) {
      addIntegers("starts", slice.start());
      addIntegers("ends", slice.end());
      addIntegers("axes", slice.axis());
    } else if (operator instanceof Movement.Pad pad) {
      List<Long> pads = new ArrayList<>(pad.before());
      pads.addAll(pad.after());
      addIntegers("pads", pads.stream().mapToLong(Long::longValue).toArray());
      addNumber("value", pad.value());
    } else if (operator instanceof Movement.Resize resize) {
      addResize(resize);
    }
  }

  private void addResize(Movement.Resize resize) {
    float[] scales = {1, 1, resize.scaleHeight(), resize.scaleWidth()};
    inputs.add("");
    addParameter("scales", Tensor.of(Shape.of(scales.length), scales));
    proto
        .addAttribute(OnnxAttributes.text("mode", "nearest"))
        .addAttribute(OnnxAttributes.text("coordinate_transformation_mode", "asymmetric"))
        .addAttribute(OnnxAttributes.text("nearest_mode", "floor"));
  }

  private void addWeightAndBias(Tensor weight, Optional<Tensor> bias) {
    addParameter("weight", weight);
    bias.ifPresent(tensor -> addParameter("bias", tensor));
  }

  private void addWindow(Window window, int kernelHeight, int kernelWidth) {
    proto
        .addAttribute(
            OnnxAttributes.integers("strides", window.strideHeight(), window.strideWidth()))
        .addAttribute(
            OnnxAttributes.integers("dilations", window.dilationHeight(), window.dilationWidth()))
        .addAttribute(
            OnnxAttributes.integers(
                "pads", window.padTop(), window.padLeft(), window.padBottom(), window.padRight()))
        .addAttribute(OnnxAttributes.integers("kernel_shape", kernelHeight, kernelWidth));
  }

  private void addParameter(String name, Tensor tensor) {
    inputs.add(initializers.add(node.name() + "." + name, tensor));
  }

  private void addIntegers(String name, long... values) {
    addParameter(name, Tensor.of(Shape.of(values.length), values));
  }

  private void addNumber(String name, double value) {
    addParameter(name, Tensor.of(Shape.of(), value).to(floatType));
  }

  private void addInteger(String name, long value) {
    proto.addAttribute(OnnxAttributes.integer(name, value));
  }

  private void addReal(String name, double value) {
    proto.addAttribute(OnnxAttributes.real(name, value));
  }
}
