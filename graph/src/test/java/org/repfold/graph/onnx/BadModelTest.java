package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.ForeignModel.floats;
import static org.repfold.graph.onnx.ForeignModel.longs;
import static org.repfold.graph.onnx.ForeignModel.raw;
import static org.repfold.graph.onnx.ForeignModel.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.Refusals;
import org.repfold.graph.Shape;

class BadModelTest {
  @TempDir private Path folder;

  @Test
  void missingFileIsNamed() {
    Refusals.assertRefused(
        () -> OnnxReader.read(folder.resolve("none.onnx")), "none.onnx", "no such file");
  }

  @Test
  void folderIsRefused() {
    Refusals.assertRefused(() -> OnnxReader.read(folder), folder.toString(), "cannot be read");
  }

  @Test
  void emptyFileIsRefused() {
    assertRefused(new byte[0], "no graph");
  }

  @Test
  void otherFileIsRefused() {
    assertRefused("PK\3\4 not a model".getBytes(StandardCharsets.UTF_8), "expected an ONNX model");
  }

  @Test
  void truncatedFileIsRefused() {
    byte[] model = OnnxWriter.toBytes(OnnxWriterTest.network());
    assertRefused(Arrays.copyOf(model, model.length / 2), "expected an ONNX model", "part of one");
  }

  @Test
  void opsetBeyondTheKnownIsRefused() {
    assertRefused(relu().opset(22), "opset 9 to 21", "22");
    assertRefused(relu().opset(8), "opset 9 to 21", "8");
  }

  @Test
  void missingOpsetIsRefused() {
    assertRefused(
        ModelProto.newBuilder()
            .setGraph(ai.onnx.proto.OnnxMl.GraphProto.newBuilder().setName("g"))
            .build()
            .toByteArray(),
        "found none");
  }

  @Test
  void unknownOperatorIsNamed() {
    assertRefused(
        new ForeignModel().input("x", 1).node("Einsum", "y", List.of("x")).output("y"),
        "'y' (Einsum)",
        "not supported yet");
  }

  @Test
  void unknownFormsAreNamed() {
    assertRefused(
        relu("Gelu", text("approximate", "tanh")), "'y' (Gelu)", "approximate", "not supported");
    assertRefused(relu("Softmax", OnnxAttributes.integer("axis", 4)), "'y' (Softmax)", "axis");
    assertRefused(relu("Softmax", OnnxAttributes.integer("axis", 1)).opset(11), "several axes");
    assertRefused(conv(text("auto_pad", "SAME")), "'y' (Conv)", "auto_pad SAME");
  }

  @Test
  void attributeOfTheWrongTypeIsRefused() {
    assertRefused(relu("Softmax", OnnxAttributes.real("axis", 1)), "'y' (Softmax)", "INT");
  }

  @Test
  void attributeBeyondIntIsRefused() {
    assertRefused(
        conv(OnnxAttributes.integers("strides", 1L << 32, 1)), "strides", "32 bits", "4294967296");
  }

  @Test
  void badWindowIsRefused() {
    assertRefused(conv(OnnxAttributes.integers("strides", 0, 1)), "'y' (Conv)", "strides");
    assertRefused(conv(OnnxAttributes.integers("pads", -1, 0, 0, 0)), "'y' (Conv)", "padding");
    assertRefused(conv(OnnxAttributes.integers("pads", 1, 1)), "'y' (Conv)", "4 pads");
    assertRefused(conv(OnnxAttributes.integer("group", 0)), "'y' (Conv)", "group 0");
    assertRefused(conv(OnnxAttributes.integers("kernel_shape", 3, 3)), "kernel_shape [1, 1]");
  }

  @Test
  void computedWeightIsRefused() {
    assertRefused(
        new ForeignModel()
            .input("x", 1, 1, 2, 2)
            .input("w", 1, 1, 1, 1)
            .node("Conv", "y", List.of("x", "w"))
            .output("y"),
        "'y' (Conv)",
        "'w'");
  }

  @Test
  void wrongNumberOfInputsIsRefused() {
    assertRefused(
        new ForeignModel().input("x", 1).node("Add", "y", List.of("x")).output("y"),
        "'y' (Add)",
        "expected 2 inputs, found 1");
    assertRefused(
        new ForeignModel().input("x", 1).node("Relu", "y", List.of()).output("y"), "found 0");
    assertRefused(
        new ForeignModel().input("x", 1).node("Transpose", "y", List.of()).output("y"), "found 0");
  }

  @Test
  void cycleIsRefused() {
    assertRefused(
        new ForeignModel()
            .input("x", 1)
            .node("Add", "a", List.of("x", "y"))
            .node("Relu", "y", List.of("a"))
            .output("y"),
        "'a' (Add)",
        "'y'",
        "cycle");
  }

  @Test
  void namesUsedTwiceAreRefused() {
    assertRefused(relu().node("Relu", "y", List.of("x")), "'y' (Relu)", "name used twice");
    assertRefused(relu().node("Relu", "x", List.of("x")), "'x' (Relu)", "name used twice");
    assertRefused(relu().initializer(raw("w", 4, 1)).initializer(raw("w", 4, 1)), "'w'", "unique");
  }

  @Test
  void unknownOutputIsRefused() {
    assertRefused(relu().output("z"), "output 'z'");
  }

  @Test
  void negativeSizeIsRefused() {
    assertRefused(relu().initializer(raw("w", 4, -1)), "tensor 'w'", "at least 0", "-1");
    assertRefused(new ForeignModel().input("x", -3).output("x"), "input 'x'", "at least 0", "-3");
  }

  @Test
  void hugeSizesAreRefusedWithoutAnArray() {
    assertRefused(relu().initializer(raw("w", 4, 1L << 31, 1L << 40)), "tensor 'w'", "at most");
    assertRefused(relu().initializer(raw("w", 4, 1L << 30)), "tensor 'w'", "4294967296 bytes");
    assertRefused(
        new ForeignModel()
            .input("x", 1L << 40, 1L << 40, 1L << 40)
            .node("Flatten", "y", List.of("x"))
            .output("y"),
        "2^63 elements");
  }

  @Test
  void elementsThatDoNotFitTheShapeAreRefused() {
    assertRefused(relu().initializer(raw("w", 7, 2)), "tensor 'w'", "expected 8 bytes", "found 7");
    assertRefused(relu().initializer(floats("w", new long[] {3}, 1, 2)), "tensor 'w'", "found 2");
  }

  @Test
  void otherElementTypesAreRefused() {
    assertRefused(
        new ForeignModel()
            .input("x", 1)
            .initializer(ForeignModel.tensor("w", TensorProto.DataType.INT8_VALUE, 1))
            .node("Add", "y", List.of("x", "w"))
            .output("y"),
        "tensor 'w'",
        "not supported yet");
  }

  @Test
  void anOutputOfAnotherElementTypeIsRefused() {
    assertRefused(
        relu()
            .initializer(ForeignModel.tensor("w", TensorProto.DataType.INT8_VALUE, 1))
            .output("w"),
        "tensor 'w'",
        "not supported yet");
  }

  @Test
  void notANumberIsRefused() {
    assertRefused(
        new ForeignModel()
            .input("x", 2)
            .initializer(floats("w", new long[] {2}, 1, Float.NaN))
            .node("Add", "y", List.of("x", "w"))
            .output("y"),
        "'w'",
        "[1]",
        "NaN");
  }

  @Test
  void shapeThatIsNoIntegerVectorIsRefused() {
    assertRefused(reshape(floats("s", new long[] {1}, 4)), "'y' (Reshape)", "int64");
    assertRefused(reshape(longs("s", -1, -1)), "'y' (Reshape)", "at most one");
    assertRefused(reshape(longs("s", 2, -5)), "'y' (Reshape)", "at least 0");
    assertRefused(reshape(longs("s", 4, 1, 0)), "'y' (Reshape)", "axis 2 to copy");
  }

  @Test
  void symbolicMapSizeIsRefused() {
    assertRefused(new ForeignModel().input("x", -1, 3, -1, 8).output("x"), "input 'x'", "axis 2");
  }

  @Test
  void statedShapesThatAreNotTheModelsAreRefused() {
    byte[] model = new ForeignModel().input("x", -1, 3, -1, 8).output("x").toBytes();
    Refusals.assertRefused(
        () -> OnnxReader.read(model, Map.of("x", Shape.of(-1, 3, 6))), "input 'x'", "4 axes");
    Refusals.assertRefused(
        () -> OnnxReader.read(model, Map.of("x", Shape.of(-1, 3, 6, 9))),
        "input 'x'",
        "size 8 of axis 3");
    Refusals.assertRefused(
        () -> OnnxReader.read(model, Map.of("x", Shape.of(-1, 3, -1, 8))), "axis 2");
    Refusals.assertRefused(
        () -> OnnxReader.read(model, Map.of("x", Shape.of(-1, 3, 6, 8), "z", Shape.of(1))),
        "input 'z'");
  }

  @Test
  void externalDataOutsideTheFolderAreRefused() throws IOException {
    Path secret = Files.write(folder.resolve("secret"), new byte[4]);
    Path models = Files.createDirectory(folder.resolve("models"));
    Files.createSymbolicLink(models.resolve("link"), secret);
    for (String location :
        List.of("../secret", "a/../../secret", secret.toString(), "link", "", ".", "a\0b")) {
      Path model = Files.write(models.resolve("net.onnx"), external(location, "4"));
      Refusals.assertRefused(() -> OnnxReader.read(model), "tensor 'w'", "own folder");
    }
  }

  @Test
  void externalDataThatAreNotThereAreRefused() throws IOException {
    Path missing = Files.write(folder.resolve("net.onnx"), external("none", "4"));
    Refusals.assertRefused(() -> OnnxReader.read(missing), "tensor 'w'", "none", "no such file");
    Files.write(folder.resolve("short"), new byte[3]);
    Path cut = Files.write(folder.resolve("net.onnx"), external("short", "4"));
    Refusals.assertRefused(() -> OnnxReader.read(cut), "tensor 'w'", "short");
  }

  @Test
  void externalDataOfAnotherLengthAreRefused() throws IOException {
    Files.write(folder.resolve("data"), new byte[100]);
    for (String length : List.of("5", "-4", "x", "99999999999999999999")) {
      Path model = Files.write(folder.resolve("net.onnx"), external("data", length));
      Refusals.assertRefused(() -> OnnxReader.read(model), "tensor 'w'");
    }
  }

  @Test
  void externalDataOfBytesInMemoryAreRefused() {
    Refusals.assertRefused(() -> OnnxReader.read(external("data", "4")), "tensor 'w'", "in memory");
  }

  @Test
  void nameWithALineBreakStillGivesOneLine() {
    assertRefused(
        new ForeignModel().input("x", 1).node("Bad\nOp", "y\ny", List.of("x")).output("x"),
        "'y?y' (Bad?Op)");
  }

  private static byte[] external(String location, String length) {
    return relu()
        .initializer(
            ForeignModel.tensor("w", TensorProto.DataType.FLOAT_VALUE, 1)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("length", length)))
        .toBytes();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static ForeignModel relu() {
    return relu("Relu");
  }

  private static ForeignModel relu(String type, AttributeProto... attributes) {
    return new ForeignModel()
        .input("x", -1, 2, 3)
        .node(type, "y", List.of("x"), attributes)
        .output("y");
  }

  private static ForeignModel conv(AttributeProto attribute) {
    return new ForeignModel()
        .input("x", 1, 1, 2, 2)
        .initializer(raw("w", 4, 1, 1, 1, 1))
        .node("Conv", "y", List.of("x", "w"), attribute)
        .output("y");
  }

  private static ForeignModel reshape(TensorProto.Builder shape) {
    return new ForeignModel()
        .input("x", 4, 1)
        .initializer(shape)
        .node("Reshape", "y", List.of("x", "s"))
        .output("y");
  }

  private static void assertRefused(ForeignModel model, String... parts) {
    assertRefused(model.toBytes(), parts);
  }

  private static void assertRefused(byte[] model, String... parts) {
    Refusals.assertRefused(() -> OnnxReader.read(model), parts);
  }
}
