package org.repfold.graph.onnx;

import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.repfold.graph.Refusals.assertRefused;
import static org.repfold.graph.onnx.ForeignModel.text;
import static org.repfold.graph.onnx.OnnxAttributes.integer;
import static org.repfold.graph.onnx.OnnxAttributes.integers;
import static org.repfold.graph.onnx.OnnxAttributes.real;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/** Operators that are malformed, or of a form that is not supported; the map is 3x2x7x13. */
class BadOperatorTest {
  private static final Tensor WEIGHT = new RandomTensors(11).normal(2, 2, 3, 2);

  private static final AttributeProto KERNEL = integers("kernel_shape", 3, 2);

  static Stream<Arguments> pools() {
    return Stream.of(
        refused(model(13, "MaxPool"), "kernel_shape", "none"),
        refused(model(13, "MaxPool", integers("kernel_shape", 3)), "over 1 axes"),
        refused(model(13, "MaxPool", integers("kernel_shape", 0, 1)), "kernel"),
        refused(model(13, "MaxPool", integers("kernel_shape", 9, 1)), "as large as the kernel"),
        refused(model(13, "MaxPool", KERNEL, integers("strides", 0, 1)), "strides"),
        refused(model(13, "MaxPool", KERNEL, integers("dilations", 1, -1)), "dilations"),
        refused(model(13, "MaxPool", KERNEL, integers("pads", 0, 2, 0, 0)), "less padding"),
        refused(
            model(
                13,
                "MaxPool",
                integers("kernel_shape", Integer.MAX_VALUE, 2),
                integers("dilations", Integer.MAX_VALUE, 1)),
            "as large as the kernel"),
        refused(model(13, "MaxPool", KERNEL, text("auto_pad", "SAME")), "auto_pad SAME"),
        refused(
            model(
                13,
                "AveragePool",
                KERNEL,
                text("auto_pad", "SAME_UPPER"),
                integers("pads", 1, 1, 1, 1)),
            "both pads and auto_pad"),
        refused(
            model(13, "AveragePool", KERNEL, integer("ceil_mode", 1), integers("strides", 3, 2)),
            "ceil_mode"),
        refused(model(13, "ReduceMean", integers("axes", 4)), "axis", "4"),
        refused(model(18, "ReduceMean").number(1), "int64"));
  }

  static Stream<Arguments> convolutions() {
    return Stream.of(
        refused(model(13, "Conv", integers("strides", 1)).tensor(WEIGHT), "2 strides"),
        refused(model(13, "Conv").floats(1, 2), "weight [2]"),
        refused(model(13, "ConvTranspose").floats(1, 2), "weight [2]"),
        refused(model(13, "ConvTranspose", integer("group", 3)).tensor(WEIGHT), "group 3"),
        refused(
            model(13, "ConvTranspose", integers("output_padding", 1, 0)).tensor(WEIGHT),
            "more output_padding than pads"),
        refused(
            model(13, "ConvTranspose", integers("output_padding", -1, 0)).tensor(WEIGHT),
            "negative output_padding"),
        refused(
            model(13, "ConvTranspose", integers("output_shape", 99, 99)).tensor(WEIGHT),
            "larger map"),
        refused(model(13, "ConvTranspose", integers("strides", -1, 1)).tensor(WEIGHT), "strides"),
        refused(
            model(13, "ConvTranspose", integers("pads", 5, 0, 5, 0)).tensor(WEIGHT), "padding"));
  }

  static Stream<Arguments> movements() {
    return Stream.of(
        refused(model(13, "Slice").longs(0), "3 to 5 inputs"),
        refused(model(9, "Slice", integers("starts", 0)), "ends"),
        refused(model(13, "Slice").longs(0).longs(1, 2), "as many ends"),
        refused(model(13, "Slice").longs(0, 0).longs(1, 2).longs(1, -3), "different axes"),
        refused(model(13, "Slice").longs(0).longs(1).longs(4), "axis", "4"),
        refused(model(13, "Slice").longs(0).longs(4).longs(2).longs(2), "steps"),
        refused(model(13, "Slice").longs(5).longs(2).longs(2), "no elements"),
        refused(model(13, "Slice").floats(0).longs(1), "int64"),
        refused(model(13, "Concat").input("x"), "an axis"),
        refused(model(13, "Concat", integer("axis", 9)).input("x"), "axis", "9"),
        refused(model(13, "Pad").longs(1, 2, 3), "two pads"),
        refused(model(13, "Pad").longs(0, 0, 0, -1, 0, 0, 0, 0), "negative"),
        refused(model(13, "Pad", text("mode", "reflect")).longs(0, 0, 0, 1), "mode reflect"),
        refused(model(13, "Pad").longs(0, 0, Long.MAX_VALUE, 0, 0, 0, 1, 0), "2^63"),
        refused(model(13, "Pad").longs(0, 0, 0, 1, 0, 0, 0, 0).longs(1), "one number"),
        refused(model(9, "Pad"), "pads"));
  }

  static Stream<Arguments> enlargements() {
    AttributeProto asymmetric = text("coordinate_transformation_mode", "asymmetric");
    return Stream.of(
        refused(model(13, "Resize", text("mode", "linear")).skip().floats(1, 1, 2, 2), "linear"),
        refused(model(13, "Resize").skip().floats(1, 1, 1.5f, 2), "scale of 1.5"),
        refused(model(13, "Resize").skip().floats(1, 1, 0, 2), "scale of 0"),
        refused(model(13, "Resize").skip().floats(1, 2, 2, 2), "channels"),
        refused(model(13, "Resize").skip().floats(2, 2), "4 scales"),
        refused(model(13, "Resize", asymmetric).skip().floats(1, 1, 3, 3), "by 3", "asymmetric"),
        refused(
            model(13, "Resize", text("nearest_mode", "floor")).skip().floats(1, 1, 2, 2),
            "half_pixel and floor"),
        refused(model(13, "Resize", text("nearest_mode", "odd")).skip().floats(1, 1, 2, 2), "odd"),
        refused(
            model(13, "Resize", text("coordinate_transformation_mode", "align_corners"))
                .skip()
                .floats(1, 1, 2, 2),
            "align_corners"),
        refused(model(13, "Resize").skip().skip().longs(3, 2, 8, 13), "to 8"),
        refused(model(13, "Resize").skip().skip().longs(3, 2), "4 sizes"),
        refused(model(13, "Resize"), "input 3"),
        refused(model(13, "Resize").skip().floats(1, 1, 3e9f, 2), "scale of 3.0E9"),
        refused(model(11, "Upsample").floats(1, 1, 2, 2), "before 10"));
  }

  static Stream<Arguments> functions() {
    return Stream.of(
        refused(model(13, "Clip").number(2).number(1), "lowest"),
        refused(model(13, "Clip").number(Float.NaN).number(1), "lowest"),
        refused(model(13, "Clip").floats(1, 2), "one number"),
        refused(model(13, "Clip").longs(1), "one number"),
        refused(model(9, "Clip").number(1), "1 inputs"),
        refused(model(13, "Clip").input("x"), "computed value"),
        refused(model(13, "Elu", integer("alpha", 1)), "alpha", "FLOAT"),
        refused(model(13, "LeakyRelu", notFinite("alpha")), "alpha", "finite"),
        refused(model(13, "Dropout").number(0.5f).number(1), "training mode"),
        refused(model(13, "Max").skip(), "''"),
        refused(model(16, "LayerNormalization").floats(1), "opset 17"),
        refused(model(17, "LayerNormalization").floats(1, 2), "another shape"),
        refused(model(17, "LayerNormalization", integer("axis", 4)).floats(1, 2), "an axis of 4"),
        refused(
            model(17, "LayerNormalization", real("epsilon", -1))
                .tensor(new RandomTensors(1).normal(13)),
            "epsilon"));
  }

  @ParameterizedTest
  @MethodSource({"pools", "convolutions", "movements", "enlargements", "functions"})
  void operatorIsRefusedByName(OneNodeModel model, String[] parts) {
    assertRefused(() -> OnnxReader.read(model.toBytes()), "'y' (" + model.type() + ")");
    assertRefused(() -> OnnxReader.read(model.toBytes()), parts);
  }

  @Test
  void batchCannotBeSliced() {
    ForeignModel model =
        new ForeignModel()
            .input("x", -1, 3)
            .initializer(ForeignModel.longs("from", 0))
            .initializer(ForeignModel.longs("to", 1))
            .node("Slice", "y", List.of("x", "from", "to"))
            .output("y");
    assertRefused(() -> OnnxReader.read(model.toBytes()), "'y' (Slice)", "batch");
  }

  @Test
  void operatorThatOnlyItsSourceKnowsIsNotWritten() {
    Shape shape = Shape.of(1, 3);
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", 1, 3);
    builder.add(
        "odd",
        new Operator.Opaque(
            "com.example.Odd", List.of(shape), shape, new Operator.Opaque.Body() {}),
        "x");
    Graph graph = builder.output("odd").build();
    assertRefused(
        () -> OnnxWriter.toBytes(graph), "node 'odd' (com.example.Odd)", "DL4J zip instead");
  }

  @Test
  void numberBeyondFloat32IsNotWritten() {
    for (double alpha : new double[] {1e39, 1e-50, Double.NaN}) {
      assertRefused(
          () -> OnnxWriter.toBytes(graph(new Unary.Elu(alpha))),
          "node 'y' (Elu)",
          "alpha",
          "float32");
    }
    Tensor scale = new RandomTensors(1).normal(3).to(ElementType.FLOAT64);
    assertRefused(
        () ->
            OnnxWriter.toBytes(
                graph(new Operator.LayerNormalization(scale, Optional.empty(), 1e-60))),
        "epsilon");
  }

  private static Graph graph(Operator operator) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 3);
    builder.add("y", operator, "x");
    return builder.output("y").build();
  }

  private static AttributeProto notFinite(String name) {
    return real(name, 1).toBuilder().setF(Float.NEGATIVE_INFINITY).build();
  }

  private static OneNodeModel model(int opset, String type, AttributeProto... attributes) {
    return new OneNodeModel(opset, type, attributes).input("x");
  }

  private static Arguments refused(OneNodeModel model, String... parts) {
    return arguments(model, parts);
  }
}
