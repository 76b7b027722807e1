package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.onnx.ForeignModel.text;
import static org.repfold.graph.onnx.OnnxAttributes.integer;
import static org.repfold.graph.onnx.OnnxAttributes.integers;
import static org.repfold.graph.onnx.OnnxAttributes.real;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Forms of operators that other opsets and producers have and the writer here does not. */
class OperatorFormsTest {
  private static final double FREE = Double.POSITIVE_INFINITY;

  private static final long[] MAP = {3, 2, 7, 13};

  private static final Tensor WEIGHT = new RandomTensors(11).normal(2, 2, 3, 2);

  /** Float32 arithmetic on numbers of size 1, over sums of at most 182 terms. */
  private static final double TOLERANCE = 1e-5;

  static Stream<Arguments> limits() {
    return Stream.of(
        form(9, "Clip", real("min", 0), real("max", 6)).is(new Unary.Clip(0, 6)),
        form(9, "Clip", real("max", 1.5)).is(new Unary.Clip(-FREE, 1.5)),
        form(10, "Clip", real("min", 0.1), real("max", Float.MAX_VALUE))
            .is(new Unary.Clip(0.1, FREE)),
        form(12, "Clip").number(-1).number(1).is(new Unary.Clip(-1, 1)),
        form(13, "Clip").skip().number(1).is(new Unary.Clip(-FREE, 1)),
        form(13, "Clip").number(0).is(new Unary.Clip(0, FREE)),
        form(17, "Clip").is(new Unary.Clip(-FREE, FREE)));
  }

  static Stream<Arguments> windows() {
    AttributeProto kernel = integers("kernel_shape", 3, 2);
    AttributeProto upper = text("auto_pad", "SAME_UPPER");
    AttributeProto lower = text("auto_pad", "SAME_LOWER");
    AttributeProto pads = integers("pads", 1, 1, 1, 1);
    return Stream.of(
        form(9, "MaxPool", kernel).is(new Pooling.MaxPool(3, 2, Window.unit())),
        form(12, "MaxPool", kernel, upper, integers("strides", 2, 3))
            .is(new Pooling.MaxPool(3, 2, new Window(2, 3, 1, 1, 1, 0, 1, 1))),
        form(12, "MaxPool", kernel, lower, integers("strides", 2, 1))
            .is(new Pooling.MaxPool(3, 2, new Window(2, 1, 1, 1, 1, 1, 1, 0))),
        form(12, "MaxPool", kernel, integer("ceil_mode", 1), integers("strides", 2, 1))
            .is(new Pooling.MaxPool(3, 2, Window.strided(2, 1))),
        form(13, "AveragePool", kernel, pads)
            .is(new Pooling.AveragePool(3, 2, Window.padded(1), false)),
        form(9, "AveragePool", kernel, pads, integer("count_include_pad", 1))
            .is(new Pooling.AveragePool(3, 2, Window.padded(1), true)),
        form(13, "AveragePool", kernel, upper)
            .is(new Pooling.AveragePool(3, 2, new Window(1, 1, 1, 1, 1, 0, 1, 1), false)),
        form(13, "Conv", upper, integers("strides", 3, 2))
            .tensor(WEIGHT)
            .is(conv(new Window(3, 2, 1, 1, 1, 0, 1, 1))),
        form(13, "Conv", lower).tensor(WEIGHT).is(conv(new Window(1, 1, 1, 1, 1, 1, 1, 0))),
        form(13, "Conv", text("auto_pad", "VALID"), integers("strides", 2, 1))
            .tensor(WEIGHT)
            .is(conv(Window.strided(2, 1))));
  }

  private static Operator conv(Window window) {
    return new Operator.Conv(WEIGHT, Optional.empty(), window, 1);
  }

  static Stream<Arguments> transposedConvolutions() {
    AttributeProto strides = integers("strides", 2, 2);
    AttributeProto padding = integers("output_padding", 1, 1);
    AttributeProto size = integers("output_shape", 14, 26);
    return Stream.of(
        form(11, "ConvTranspose").tensor(WEIGHT).is(transposed(Window.unit())),
        form(11, "ConvTranspose", strides, integers("pads", 1, 1, 1, 1), padding)
            .tensor(WEIGHT)
            .is(transposed(new Window(2, 2, 1, 1, 1, 1, 0, 0))),
        form(13, "ConvTranspose", strides, size)
            .tensor(WEIGHT)
            .is(transposed(new Window(2, 2, 1, 1, 1, 0, 0, 0))),
        form(13, "ConvTranspose", strides, size, text("auto_pad", "SAME_UPPER"))
            .tensor(WEIGHT)
            .is(transposed(new Window(2, 2, 1, 1, 0, 0, 1, 0))),
        form(13, "ConvTranspose", strides, text("auto_pad", "SAME_UPPER"))
            .tensor(WEIGHT)
            .is(transposed(new Window(2, 2, 1, 1, 0, 0, 1, 0))));
  }

  private static Operator transposed(Window window) {
    return new Operator.ConvTranspose(WEIGHT, Optional.empty(), window, 1);
  }

  static Stream<Arguments> means() {
    AttributeProto drop = integer("keepdims", 0);
    return Stream.of(
        form(9, "ReduceMean", integers("axes", -1, 2))
            .is(new Pooling.ReduceMean(List.of(2, 3), true)),
        form(13, "ReduceMean", drop).is(new Pooling.ReduceMean(List.of(0, 1, 2, 3), false)),
        form(18, "ReduceMean", drop).longs(-3).is(new Pooling.ReduceMean(List.of(1), false)),
        form(18, "ReduceMean").is(new Pooling.ReduceMean(List.of(0, 1, 2, 3), true)),
        form(18, "ReduceMean", integer("noop_with_empty_axes", 1)).is(new Operator.Identity()));
  }

  static Stream<Arguments> slices() {
    return Stream.of(
        form(9, "Slice", integers("starts", 2), integers("ends", 5), integers("axes", 3))
            .is(new Movement.Slice(3, 2, 5)),
        form(9, "Slice", integers("starts", 1, 0), integers("ends", Integer.MAX_VALUE, -1))
            .is(new Movement.Slice(0, 1, 3), new Movement.Slice(1, 0, 1)),
        form(13, "Slice")
            .longs(1, -9)
            .longs(Long.MAX_VALUE, -1)
            .longs(2, -1)
            .is(new Movement.Slice(2, 1, 7), new Movement.Slice(3, 4, 12)),
        form(13, "Slice")
            .longs(-99, 1)
            .longs(5, 99)
            .longs(1, 3)
            .longs(1, 1)
            .is(new Movement.Slice(3, 1, 13)),
        form(13, "Slice").longs(0).longs(99).longs(1).is(new Operator.Identity()));
  }

  static Stream<Arguments> pads() {
    Operator padded = new Movement.Pad(List.of(0L, 0L, 1L, 2L), List.of(0L, 0L, 3L, 0L), 0);
    return Stream.of(
        form(9, "Pad", integers("pads", 0, 0, 1, 2, 0, 0, 3, 0)).is(padded),
        form(
                10,
                "Pad",
                integers("pads", 0, 0, 0, 2, 0, 0, 1, 0),
                real("value", 0.1),
                text("mode", "constant"))
            .is(new Movement.Pad(List.of(0L, 0L, 0L, 2L), List.of(0L, 0L, 1L, 0L), 0.1)),
        form(11, "Pad").longs(0, 0, 1, 2, 0, 0, 3, 0).is(padded),
        form(13, "Pad")
            .longs(1, 0, 0, 0, 0, 0, 0, 0)
            .number(0.5f)
            .is(new Movement.Pad(List.of(1L, 0L, 0L, 0L), List.of(0L, 0L, 0L, 0L), 0.5)),
        form(18, "Pad").longs(2, 1, 0, 3).skip().longs(3, -2).is(padded));
  }

  static Stream<Arguments> enlargements() {
    Operator doubled = new Movement.Resize(2, 2);
    Operator larger = new Movement.Resize(3, 5);
    AttributeProto floor = text("nearest_mode", "floor");
    return Stream.of(
        form(9, "Upsample").floats(1, 1, 3, 5).is(larger),
        form(10, "Resize").floats(1, 1, 3, 5).is(larger),
        form(11, "Resize", coordinates("asymmetric"), floor)
            .floats()
            .floats(1, 1, 2, 2)
            .is(doubled),
        form(11, "Resize").floats().floats(1, 1, 3, 5).is(larger),
        form(13, "Resize", coordinates("asymmetric")).skip().floats(1, 1, 2, 2).is(doubled),
        form(
                13,
                "Resize",
                coordinates("pytorch_half_pixel"),
                text("nearest_mode", "round_prefer_ceil"))
            .skip()
            .floats(1, 1, 3, 5)
            .is(larger),
        form(11, "Resize", coordinates("tf_half_pixel_for_nn"), floor)
            .floats()
            .floats(1, 1, 3, 5)
            .is(larger),
        form(19, "Resize", coordinates("half_pixel_symmetric"))
            .skip()
            .floats(1, 1, 4, 5)
            .is(new Movement.Resize(4, 5)),
        form(13, "Resize").skip().skip().longs(3, 2, 14, 39).is(new Movement.Resize(2, 3)),
        form(18, "Resize", integers("axes", 3, 2))
            .skip()
            .floats(3, 2)
            .is(new Movement.Resize(2, 3)));
  }

  private static AttributeProto coordinates(String mode) {
    return text("coordinate_transformation_mode", mode);
  }

  static Stream<Arguments> chains() {
    return Stream.of(
        form(13, "Max").number(-1).floats(0.5f).is(new Operator.Max(), new Operator.Max()),
        form(13, "Min").is(new Operator.Identity()),
        form(9, "Sum").input("x").input("x").is(new Operator.Add(), new Operator.Add()),
        form(11, "Concat", integer("axis", -1)).input("x").is(new Movement.Concat(3, 2)));
  }

  static Stream<Arguments> defaults() {
    Tensor row = new RandomTensors(3).normal(13);
    return Stream.of(
        form(9, "Dropout", real("ratio", 0.3)).is(new Operator.Identity()),
        form(13, "Dropout").number(0.3f).is(new Operator.Identity()),
        form(9, "LeakyRelu").is(new Unary.LeakyRelu(0.01)),
        form(10, "ThresholdedRelu").is(new Unary.ThresholdedRelu(1)),
        form(9, "Elu").is(new Unary.Elu(1)),
        form(9, "Selu").is(new Unary.Selu(1.6732632, 1.050701)),
        form(9, "HardSigmoid").is(new Unary.HardSigmoid(0.2, 0.5)),
        form(17, "LayerNormalization")
            .tensor(row)
            .is(new Operator.LayerNormalization(row, Optional.empty(), 1e-5)));
  }

  static Stream<Arguments> movements() {
    return Stream.of(
        form(13, "Flatten", integer("axis", 0)).is(Movement.Reshape.to(1, 546)),
        form(13, "Flatten", integer("axis", -1)).is(Movement.Reshape.to(42, 13)),
        form(11, "Unsqueeze", integers("axes", 0, 5)).is(Movement.Reshape.to(1, 3, 2, 7, 13, 1)),
        form(13, "Unsqueeze").longs(-1, 2).is(Movement.Reshape.to(3, 2, 1, 7, 13, 1)),
        form(13, "Squeeze").is(Movement.Reshape.to(3, 2, 7, 13)),
        form(13, "Gather", integer("axis", 2))
            .tensor(Tensor.of(Shape.of(), -2L))
            .is(new Movement.Slice(2, 5, 6), Movement.Reshape.to(3, 2, 13)),
        form(13, "Gather", integer("axis", -1)).longs(3, 4).is(new Movement.Slice(3, 3, 5)),
        form(13, "Expand").longs(2, 1, 1).is(new Operator.Identity()),
        form(13, "Cast", integer("to", 1)).is(new Operator.Identity()));
  }

  static Stream<Arguments> powers() {
    return Stream.of(
        form(13, "Pow").number(2).is(new Operator.Mul()),
        form(13, "Pow").number(1).is(new Operator.Identity()));
  }

  static Stream<Arguments> assignments() {
    long[] indices = {0, 1, 6, 2, 0, -7, 1, 1, 3};
    return Stream.of(
        form(16, "ScatterND")
            .tensor(Tensor.of(Shape.of(3, 3), indices))
            .tensor(new RandomTensors(5).normal(3, 13))
            .is(new Operator.Mul(), new Operator.Add()),
        form(16, "ScatterND")
            .tensor(Tensor.of(Shape.of(1, 1), 2L))
            .tensor(new RandomTensors(5).normal(1, 2, 7, 13))
            .is(new Operator.Mul(), new Operator.Add()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "limits",
    "movements",
    "powers",
    "assignments",
    "windows",
    "transposedConvolutions",
    "means",
    "slices",
    "pads",
    "enlargements",
    "chains",
    "defaults"
  })
  void formIsReadAsTheOperatorsItStandsFor(OneNodeModel form, List<Operator> expected)
      throws OrtException {
    byte[] model = form.toBytes();
    assertEquals(
        expected,
        OnnxReader.read(model).nodes().stream()
            .map(Node::operator)
            .filter(operator -> !(operator instanceof Operator.Constant))
            .toList());
    Map<String, Tensor> x = Map.of("x", new RandomTensors(3).normal(MAP));
    Tensor source = OnnxRuntime.run(model, x).get("y");
    Tensor found = OnnxRuntime.run(OnnxWriter.toBytes(OnnxReader.read(model)), x).get("y");
    assertEquals(source.shape(), found.shape());
    for (int i = 0; i < source.size(); i++) {
      assertEquals(source.get(i), found.get(i), TOLERANCE, "element " + i);
    }
  }

  private static OneNodeModel form(int opset, String type, AttributeProto... attributes) {
    return new OneNodeModel(opset, type, attributes).input("x");
  }
}
