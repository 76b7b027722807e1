package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.graph.Refusals.assertRefused;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtException;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class OnnxWriterTest {
  @TempDir private Path folder;

  /** A small network with everything a writer has to care about. */
  static Graph network() {
    RandomTensors random = new RandomTensors(3);
    GraphBuilder builder = new GraphBuilder();
    String x = builder.input("x", -1, 3, 8, 8);
    Tensor shared = random.normal(4, 4, 1, 1);
    x = builder.add("stem", conv(random.normal(4, 3, 3, 3), Optional.of(random.normal(4))), x);
    x = builder.add("stem_bn", random.batchNormalization(4), x);
    x = builder.add("first", conv(shared, Optional.empty()), x);
    x = builder.add("second", conv(shared, Optional.empty()), x);
    x = builder.add("act", new Unary.Gelu(), x);
    builder.add("scale", new Operator.Constant(random.normal(4, 1, 1)));
    x = builder.add("scaled", new Operator.Mul(), x, "scale");
    x = builder.add("pool", new Pooling.GlobalAveragePool(), x);
    x = builder.add("rows", Movement.Reshape.to(-1, 4), x);
    builder.add("head.weight", new Operator.Constant(random.normal(4)));
    x = builder.add("shifted", new Operator.Add(), x, "head.weight");
    builder.add("head", new Operator.Gemm(random.normal(5, 4), Optional.of(random.normal(5))), x);
    return builder.output("head").build(Map.of("source", "test", "a", "b"));
  }

  private static Operator.Conv conv(Tensor weight, Optional<Tensor> bias) {
    int padding = (int) weight.shape().dimension(2) / 2;
    return new Operator.Conv(weight, bias, Window.padded(padding), 1);
  }

  @Test
  void networkComesBackAsWritten() {
    assertSameGraph(network(), OnnxReader.read(OnnxWriter.toBytes(network())));
  }

  @Test
  void writingTwiceGivesTheSameBytes() {
    assertArrayEquals(OnnxWriter.toBytes(network()), OnnxWriter.toBytes(network()));
  }

  @Test
  void theBytesAreThoseOfOneProtobufMessage() throws InvalidProtocolBufferException {
    byte[] streamed = OnnxWriter.toBytes(network());
    assertArrayEquals(streamed, ModelProto.parseFrom(streamed).toByteArray());
  }

  @Test
  void largeTensorsComeBackAsWritten() {
    GraphBuilder builder = new GraphBuilder();
    String x = builder.input("x", -1, 600);
    Tensor weight = new RandomTensors(5).normal(700, 600).to(ElementType.FLOAT32);
    builder.add("dense", new Operator.Gemm(weight, Optional.empty()), x);
    Graph graph = builder.output("dense").build();
    Path inline = folder.resolve("inline.onnx");
    Path external = folder.resolve("external.onnx");
    OnnxWriter.write(graph, inline, false);
    OnnxWriter.write(graph, external, false, 1000);
    assertSameGraph(graph, OnnxReader.read(inline));
    assertSameGraph(graph, OnnxReader.read(external));
    assertSameGraph(graph, OnnxReader.read(OnnxWriter.toBytes(graph)));
  }

  @Test
  void writingWhatWasReadGivesTheSameBytes() {
    byte[] first = OnnxWriter.toBytes(network());
    assertArrayEquals(first, OnnxWriter.toBytes(OnnxReader.read(first)));
  }

  @Test
  void sharedTensorIsWrittenOnceAndStaysShared() throws InvalidProtocolBufferException {
    byte[] model = OnnxWriter.toBytes(network());
    List<String> names =
        ModelProto.parseFrom(model).getGraph().getInitializerList().stream()
            .map(TensorProto::getName)
            .toList();
    assertTrue(names.contains("first.weight"));
    assertFalse(names.contains("second.weight"));
    Graph read = OnnxReader.read(model);
    assertSame(weight(read, "first"), weight(read, "second"));
  }

  @Test
  void parameterGivesWayToANodeOfItsName() throws InvalidProtocolBufferException {
    GraphProto graph = ModelProto.parseFrom(OnnxWriter.toBytes(network())).getGraph();
    assertEquals("head.weight_", graph.getNode(graph.getNodeCount() - 1).getInput(1));
  }

  @Test
  void batchAxisIsNamedN() throws InvalidProtocolBufferException {
    GraphProto graph = ModelProto.parseFrom(OnnxWriter.toBytes(network())).getGraph();
    assertEquals(
        "N", graph.getInput(0).getType().getTensorType().getShape().getDim(0).getDimParam());
  }

  @Test
  void metadataComeSorted() throws InvalidProtocolBufferException {
    ModelProto model = ModelProto.parseFrom(OnnxWriter.toBytes(network()));
    assertEquals("a", model.getMetadataProps(0).getKey());
    assertEquals("source", model.getMetadataProps(1).getKey());
  }

  @Test
  void networkRunsAtAnyBatchSize() throws OrtException {
    byte[] model = OnnxWriter.toBytes(network());
    for (int batch : new int[] {1, 3}) {
      Tensor x = new RandomTensors(1).normal(batch, 3, 8, 8);
      assertEquals(batch * 5, OnnxRuntime.run(model, Map.of("x", x)).get("head").size());
    }
  }

  @Test
  void float64NetworkRunsInFloat64() throws OrtException {
    RandomTensors random = new RandomTensors(5);
    GraphBuilder builder = new GraphBuilder();
    String x = builder.input("x", -1, 3);
    Operator.Gemm gemm = new Operator.Gemm(random.normal(5, 3), Optional.of(random.normal(5)));
    builder.add("y", gemm, x);
    Graph graph = builder.output("y").build().withParameters(ElementType.FLOAT64);
    Tensor input = random.normal(2, 3).to(ElementType.FLOAT64);
    Tensor found = OnnxRuntime.run(OnnxWriter.toBytes(graph), Map.of("x", input)).get("y");
    Tensor expected =
        PlainLoops.run(gemm, PlainLoops.shapeOf(gemm, List.of(input)), List.of(input));
    for (int i = 0; i < expected.size(); i++) {
      // Sums of 4 terms of size 1.
      assertEquals(expected.get(i), found.get(i), 1e-14);
    }
  }

  @Test
  void constantAndInputCanBeOutputs() throws OrtException {
    Tensor c = new RandomTensors(5).normal(2, 3);
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", 1, 3);
    builder.add("c", new Operator.Constant(c));
    builder.add("y", new Unary.Relu(), "x");
    Graph graph = builder.output("y").output("c").build();
    byte[] model = OnnxWriter.toBytes(graph);
    assertEquals(List.of("y", "c"), OnnxReader.read(model).outputs());
    assertEquals(
        c, OnnxRuntime.run(model, Map.of("x", new RandomTensors(5).normal(1, 3))).get("c"));
  }

  @Test
  void mixedPrecisionIsRefused() {
    RandomTensors random = new RandomTensors(5);
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 3);
    builder.add("a", new Operator.Gemm(random.normal(3, 3), Optional.empty()), "x");
    builder.add(
        "b", new Operator.Gemm(random.normal(3, 3).to(ElementType.FLOAT64), Optional.empty()), "a");
    Graph graph = builder.output("b").build();
    assertRefused(() -> OnnxWriter.toBytes(graph), "one floating-point type");
  }

  @Test
  void largeParametersGoIntoAFileBesideTheModel() throws IOException {
    Path file = folder.resolve("net.onnx");
    OnnxWriter.write(wide(), file, false, 1000);
    assertTrue(Files.size(file) < 1000);
    assertTrue(Files.size(folder.resolve("net.onnx.data")) > 4 * 16 * 40);
    assertSameGraph(wide(), OnnxReader.read(file));
  }

  @Test
  void smallParametersStayInTheModel() {
    Path file = folder.resolve("net.onnx");
    OnnxWriter.write(wide(), file, false);
    assertFalse(Files.exists(folder.resolve("net.onnx.data")));
    assertSameGraph(wide(), OnnxReader.read(file));
  }

  @Test
  void modelWithExternalDataRuns() throws OrtException {
    Path inline = folder.resolve("inline.onnx");
    Path external = folder.resolve("external.onnx");
    OnnxWriter.write(wide(), inline, false);
    OnnxWriter.write(wide(), external, false, 1000);
    Map<String, Tensor> x = Map.of("x", new RandomTensors(1).normal(3, 16));
    assertEquals(OnnxRuntime.run(inline, x), OnnxRuntime.run(external, x));
  }

  @Test
  void existingDataFileIsKeptWithoutForce() throws IOException {
    Files.writeString(folder.resolve("net.onnx.data"), "old");
    Path file = folder.resolve("net.onnx");
    assertRefused(() -> OnnxWriter.write(wide(), file, false, 1000), "net.onnx.data", "exists");
    assertFalse(Files.exists(file));
  }

  private static Graph wide() {
    RandomTensors random = new RandomTensors(9);
    GraphBuilder builder = new GraphBuilder();
    String x = builder.input("x", -1, 16);
    x = builder.add("a", new Operator.Gemm(random.normal(40, 16), Optional.empty()), x);
    x = builder.add("b", Movement.Reshape.to(-1, 8, 5), x);
    builder.add("m", new Operator.Constant(random.normal(5, 99)));
    builder.add("c", new Operator.MatMul(), x, "m");
    return builder.output("c").build();
  }

  private static Tensor weight(Graph graph, String node) {
    return graph.find(node).orElseThrow().operator().parameters().get("weight");
  }

  static void assertSameGraph(Graph expected, Graph found) {
    assertEquals(expected.inputs(), found.inputs());
    assertEquals(expected.outputs(), found.outputs());
    assertEquals(expected.metadata(), found.metadata());
    assertEquals(expected.shapes(), found.shapes());
    assertEquals(computed(expected), computed(found));
    expected.nodes().forEach(node -> assertEquals(Optional.of(node), found.find(node.name())));
  }

  private static List<Node> computed(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> !(node.operator() instanceof Operator.Constant))
        .toList();
  }
}
