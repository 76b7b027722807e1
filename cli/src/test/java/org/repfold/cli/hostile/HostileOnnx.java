package org.repfold.cli.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.repfold.cli.hostile.OnnxModel.described;
import static org.repfold.cli.hostile.OnnxModel.entry;
import static org.repfold.cli.hostile.OnnxModel.field;
import static org.repfold.cli.hostile.OnnxModel.integer;
import static org.repfold.cli.hostile.OnnxModel.integers;
import static org.repfold.cli.hostile.OnnxModel.raw;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** ONNX models that lead in circles, fill the memory, or read other files. */
public final class HostileOnnx {
  private static final long HUGE = 1L << 40;

  private HostileOnnx() {}

  public static List<HostileFile> all() {
    List<HostileFile> files = new ArrayList<>();
    files.addAll(structures());
    files.addAll(tensors());
    files.addAll(externalData());
    files.addAll(operators());
    files.addAll(bombs());
    return files;
  }

  private static HostileFile file(String name, OnnxModel model, String expected) {
    return HostileFile.model(name, "model.onnx", model.toBytes(), expected);
  }

  private static OnnxModel relu() {
    return new OnnxModel().input("x", -1, 2, 3).node("Relu", "y", List.of("x")).output("y");
  }

  private static List<HostileFile> structures() {
    return List.of(
        HostileFile.model("nothing", "empty.onnx", new byte[0], "found an empty file"),
        HostileFile.model("text", "text.onnx", "not a model".getBytes(UTF_8), "found none of them"),
        HostileFile.model("version alone", "version.onnx", new byte[] {8, 8}, "found no graph"),
        HostileFile.model("groups nested 100,000 times", "groups.onnx", groups(), "ONNX model"),
        file("graphs nested 10,000 times", nested(10_000), "expected an ONNX model"),
        file("graphs nested 10 times", nested(10), "a graph of its own"),
        file(
            "cycle of two",
            new OnnxModel()
                .input("x", 1)
                .node("Add", "a", List.of("x", "b"))
                .node("Relu", "b", List.of("a"))
                .output("b"),
            "cycle"),
        file(
            "cycle of one",
            new OnnxModel().input("x", 1).node("Add", "a", List.of("x", "a")).output("a"),
            "cycle"),
        file("unknown operand", relu().node("Add", "z", List.of("x", "none")), "'none'"),
        file("name twice", relu().node("Relu", "y", List.of("x")), "name used twice"),
        file("name of an input", relu().node("Relu", "x", List.of("x")), "name used twice"),
        file("no outputs", new OnnxModel().input("x", 1), "with an output"),
        file("unknown output", relu().output("z"), "'z'"),
        file("no inputs", relu().node("Conv", "z", List.of()), "inputs"),
        file("unknown operator", relu().node("Evil", "z", List.of("y")), "(Evil)"),
        file("long chain of which the end is missing", chain(20_000), "'none'"));
  }

  private static byte[] groups() {
    // The model's version, then field 30, which nobody knows, as the start of a group.
    byte[] bytes = new byte[200_002];
    bytes[0] = 8;
    bytes[1] = 8;
    for (int i = 2; i < bytes.length; i += 2) {
      bytes[i] = (byte) 0xf3;
      bytes[i + 1] = 1;
    }
    return bytes;
  }

  private static OnnxModel nested(int depth) {
    ByteString end =
        AttributeProto.newBuilder().setType(AttributeType.GRAPH).build().toByteString();
    ByteString node = NodeProto.newBuilder().setOpType("If").build().toByteString();
    ByteString graph = ByteString.EMPTY;
    for (int i = 0; i < depth; i++) {
      // By hand, as the library's own classes run out of stack.
      ByteString attribute = field(AttributeProto.G_FIELD_NUMBER, graph).concat(end);
      graph =
          field(
              GraphProto.NODE_FIELD_NUMBER,
              node.concat(field(NodeProto.ATTRIBUTE_FIELD_NUMBER, attribute)));
    }
    return relu().unparsed(graph);
  }

  private static OnnxModel chain(int length) {
    OnnxModel model = new OnnxModel().input("0", 1, 4);
    for (int i = 0; i < length; i++) {
      model.node("Relu", Integer.toString(i + 1), List.of(Integer.toString(i)));
    }
    return model.node("Add", "y", List.of(Integer.toString(length), "none")).output("y");
  }

  private static OnnxModel with(TensorProto.Builder tensor) {
    return new OnnxModel()
        .input("x", -1, 1)
        .tensor(tensor)
        .node("Add", "y", List.of("x", "w"))
        .output("y");
  }

  private static List<HostileFile> tensors() {
    return List.of(
        file("sizes of 2^80", with(raw("w", 4, HUGE, HUGE)), "tensor 'w'"),
        file("sizes of 2^32", with(raw("w", 4, 65536, 65536)), "tensor 'w'"),
        file("more than the data", with(raw("w", 4, 1 << 28)), "expected 1073741824 bytes"),
        file("size of -1", with(raw("w", 4, -1)), "found -1"),
        file("smallest size", with(raw("w", 4, Long.MIN_VALUE)), "tensor 'w'"),
        file("100,000 axes", with(raw("w", 4, ones(100_000))), "32 axes"),
        file("unknown type", with(described("w", 99, 1)), "data type 99"),
        file("texts", with(described("w", DataType.STRING_VALUE, 1)), "data type 8"),
        file(
            "not a number",
            with(described("w", DataType.FLOAT_VALUE, 1).addFloatData(Float.NaN)),
            "found NaN"),
        file("no data", with(described("w", DataType.FLOAT_VALUE, 8)), "found 0"),
        file("name twice", with(raw("w", 4, 1)).tensor(raw("w", 4, 1)), "unique"),
        file("no name", with(raw("", 4, 1)), "non-empty name"),
        file("input of 2^90", new OnnxModel().input("x", HUGE, HUGE, 1024).output("x"), "2^31"),
        file("input of size -7", new OnnxModel().input("x", -7).output("x"), "found -7"),
        file("input of 100,000 axes", new OnnxModel().input("x", ones(100_000)).output("x"), "32"));
  }

  private static long[] ones(int count) {
    return LongStream.generate(() -> 1).limit(count).toArray();
  }

  private static HostileFile external(
      String name, String location, String offset, String length, String expected) {
    TensorProto.Builder tensor =
        described("w", DataType.FLOAT_VALUE, 1)
            .setDataLocation(DataLocation.EXTERNAL)
            .addExternalData(entry("location", location))
            .addExternalData(entry("offset", offset))
            .addExternalData(entry("length", length));
    return file(name, with(tensor), expected).with(HostileOnnx::makeTargets);
  }

  /** What external data could mean: a short file, a folder, a secret behind a link, a pipe. */
  private static void makeTargets(Path folder) throws IOException {
    Path secret = Files.write(folder.resolveSibling("secret"), new byte[64]);
    Files.write(folder.resolve("short"), new byte[3]);
    Files.createDirectories(folder.resolve("folder"));
    Path link = folder.resolve("link");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, secret);
      try {
        new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static List<HostileFile> externalData() {
    String own = "own folder";
    return List.of(
        external("cut off", "short", "0", "4", "found"),
        external("missing", "none", "0", "4", "no such file"),
        external("outside", "../secret", "0", "4", own),
        external("outside by a detour", "folder/../../secret", "0", "4", own),
        external("root", "/etc/passwd", "0", "4", own),
        external("endless device", "/dev/zero", "0", "4", own),
        external("link to the outside", "link", "0", "4", own),
        external("folder", "folder", "0", "4", own),
        external("pipe that nobody writes to", "pipe", "0", "4", own),
        external("no name", "", "0", "4", own),
        external("negative offset", "short", "-4", "4", "offset"),
        external("offset of 2^70", "short", "1180591620717411303424", "4", "offset"),
        external("offset beyond the end", "short", "999999999999999999", "4", "found"),
        external("other length", "short", "0", "3", "expected 4 bytes"));
  }

  private static HostileFile conv(String name, AttributeProto attribute, String expected) {
    OnnxModel model =
        new OnnxModel()
            .input("x", 1, 1, 2, 2)
            .zeros("w", 1, 1, 1, 1)
            .node("Conv", "y", List.of("x", "w"), attribute)
            .output("y");
    return file("convolution with " + name, model, expected);
  }

  private static HostileFile of(String type, String expected, long[] numbers, AttributeProto... a) {
    OnnxModel model =
        new OnnxModel()
            .input("x", 2, 3)
            .longs("numbers", numbers)
            .node(type, "y", List.of("x", "numbers"), a)
            .output("y");
    return file(type + " by odd numbers", model, expected);
  }

  private static List<HostileFile> operators() {
    long big = Integer.MAX_VALUE;
    return List.of(
        conv("2^31 groups", integer("group", big), "group"),
        conv("-1 groups", integer("group", -1), "group"),
        conv("a negative kernel", integers("kernel_shape", -3L, -3L), "kernel_shape"),
        conv("a stride of 0", integers("strides", 0L, 0L), "strides"),
        conv("a padding of 2^31", integers("pads", big, big, big, big), "2^31"),
        conv("a dilation of 2^63", integers("dilations", Long.MAX_VALUE, 1L), "dilations"),
        of("Reshape", "at most one", new long[] {-1, -1}),
        of("Reshape", "32 axes", ones(100_000)),
        of("Unsqueeze", "32 axes", LongStream.range(0, 200_000).toArray()),
        of("Squeeze", "axis", LongStream.range(0, 200_000).toArray()),
        of("Tile", "(Tile)", new long[] {HUGE, HUGE}),
        of("Expand", "(Expand)", new long[] {HUGE, 1, 1}),
        of("Pad", "'y'", new long[] {big, big, big, big}),
        file(
            "pool of 2^31",
            new OnnxModel()
                .input("x", 1, 1, 4, 4)
                .node("MaxPool", "y", List.of("x"), integers("kernel_shape", big, big))
                .output("y"),
            "kernel"));
  }

  private static List<HostileFile> bombs() {
    return List.of(
        bomb("ConstantOfShape", "elements", HUGE),
        bomb("ConstantOfShape", "2^63", 1 << 16, 1 << 16, 1 << 16, 1 << 16),
        file(
            "Expand to 2^36 numbers",
            new OnnxModel()
                .input("x", 1)
                .zeros("one", 1)
                .longs("shape", 1 << 18, 1 << 18)
                .node("Expand", "large", List.of("one", "shape"))
                .node("Add", "y", List.of("x", "large"))
                .output("y"),
            "elements computed from constants"),
        file(
            "Range to 2^40",
            new OnnxModel()
                .input("x", 1)
                .tensor(described("from", DataType.INT64_VALUE).addInt64Data(0))
                .tensor(described("to", DataType.INT64_VALUE).addInt64Data(HUGE))
                .tensor(described("by", DataType.INT64_VALUE).addInt64Data(1))
                .node("Range", "large", List.of("from", "to", "by"))
                .node("Gather", "y", List.of("x", "large"))
                .output("y"),
            "elements computed from constants"),
        file("constant doubled 60 times", doubled("Concat"), "elements computed from constants"),
        file("constants added crosswise", crosswise(), "elements computed from constants"),
        file("value doubled 62 times", doubledValue(), "2^31"),
        file(
            "map enlarged to 2^60 numbers",
            new OnnxModel()
                .input("x", 1, 1, 1, 1)
                .tensor(
                    described("scales", DataType.FLOAT_VALUE, 4)
                        .addAllFloatData(List.of(1f, 1f, 0x1p30f, 0x1p30f)))
                .node("Resize", "y", List.of("x", "", "scales"))
                .output("y"),
            "2^31"),
        file(
            "input of 2^45 numbers",
            new OnnxModel()
                .input("x", 1, 1 << 15, 1 << 15, 1 << 15)
                .node("Relu", "y", List.of("x"))
                .output("y"),
            "2^31"));
  }

  private static HostileFile bomb(String type, String expected, long... sizes) {
    OnnxModel model =
        new OnnxModel()
            .input("x", 1)
            .longs("shape", sizes)
            .node(type, "large", List.of("shape"))
            .node("Add", "y", List.of("x", "large"))
            .output("y");
    return file(type + " to " + sizes.length + " axes", model, expected);
  }

  private static OnnxModel doubled(String type) {
    OnnxModel model = new OnnxModel().input("x", 1).zeros("0", 1, 1024);
    for (int i = 0; i < 60; i++) {
      String half = Integer.toString(i);
      model.node(type, Integer.toString(i + 1), List.of(half, half), integer("axis", 0));
    }
    return model.node("Add", "y", List.of("x", "60")).output("y");
  }

  private static OnnxModel crosswise() {
    return new OnnxModel()
        .input("x", 1)
        .zeros("row", 1, 1 << 16)
        .zeros("column", 1 << 16, 1)
        .node("Add", "square", List.of("row", "column"))
        .node("Add", "y", List.of("x", "square"))
        .output("y");
  }

  private static OnnxModel doubledValue() {
    OnnxModel model = new OnnxModel().input("0", 1, 4);
    for (int i = 0; i < 62; i++) {
      String half = Integer.toString(i);
      model.node("Concat", Integer.toString(i + 1), List.of(half, half), integer("axis", 0));
    }
    return model.output("62");
  }
}
