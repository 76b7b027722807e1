package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.onnx.ForeignModel.floats;
import static org.repfold.graph.onnx.ForeignModel.longs;
import static org.repfold.graph.onnx.ForeignModel.raw;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OrtException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Graph;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsReader;

/** What other producers write and the writer here does not. */
class ForeignModelTest {

  @Test
  void constantNodeIsAParameter() {
    Graph graph =
        read(
            new ForeignModel()
                .input("x", -1, 2)
                .node("Constant", "w", List.of(), ForeignModel.value(floats("", vector(2), 3, 4)))
                .node("Mul", "y", List.of("x", "w"))
                .output("y"));
    assertEquals(Optional.of(Tensor.of(Shape.of(2), 3f, 4f)), graph.constant("w"));
  }

  @Test
  void initializerListedAsInputIsNone() {
    Graph graph =
        read(
            new ForeignModel()
                .input("x", -1, 2)
                .input("w", 2)
                .initializer(floats("w", vector(2), 3, 4))
                .node("Add", "y", List.of("x", "w"))
                .output("y"));
    assertEquals(1, graph.inputs().size());
  }

  @Test
  void gemmWithoutTransBIsTransposed() {
    Graph graph =
        read(
            new ForeignModel()
                .input("x", -1, 3)
                .initializer(floats("w", new long[] {3, 2}, 1, 2, 3, 4, 5, 6))
                .initializer(floats("b", new long[] {1, 2}, 7, 8))
                .node("Gemm", "y", List.of("x", "w", "b"))
                .output("y"));
    assertEquals(
        new Operator.Gemm(
            Tensor.of(Shape.of(2, 3), 1f, 3f, 5f, 2f, 4f, 6f),
            Optional.of(Tensor.of(Shape.of(2), 7f, 8f))),
        operator(graph));
  }

  @Test
  void copiedSizesOfReshapeAreResolved() {
    assertEquals(Movement.Reshape.to(-1, 20), operator(reshape(0, 20)));
    assertEquals(Movement.Reshape.to(-1, 4, 5), operator(reshape(0, 0, -1)));
    assertEquals(Movement.Reshape.to(-1, 2, 2, 5), operator(reshape(0, 2, 2, -1)));
    assertEquals(Movement.Reshape.to(-1, 10), operator(reshape(-1, 10)));
  }

  @Test
  void transposeWithoutPermutationReversesTheAxes() {
    Graph graph =
        read(
            new ForeignModel()
                .input("x", 2, 3, 4)
                .node("Transpose", "y", List.of("x"))
                .output("y"));
    assertEquals(Movement.Transpose.by(2, 1, 0), operator(graph));
  }

  @Test
  void flattenCountsNegativeAxesFromTheEnd() {
    Graph graph =
        read(
            new ForeignModel()
                .input("x", -1, 3, 4)
                .node("Flatten", "y", List.of("x"), OnnxAttributes.integer("axis", -2))
                .output("y"));
    assertEquals(new Movement.Flatten(), operator(graph));
  }

  @Test
  void oldSoftmaxOverTheLastAxisIsRead() {
    Graph graph =
        read(
            new ForeignModel()
                .opset(9)
                .input("x", -1, 3)
                .node("Softmax", "y", List.of("x"))
                .output("y"));
    assertEquals(new Operator.Softmax(1), operator(graph));
  }

  @Test
  void aSizeThatTheModelLeavesOpenMayBeStated() {
    byte[] model = new ForeignModel().input("x", -1, 3, -1, 8).output("x").toBytes();
    Graph graph = OnnxReader.read(model, Map.of("x", Shape.of(-1, 3, 6, 8)));
    assertEquals(Shape.of(-1, 3, 6, 8), graph.shape("x"));
  }

  @Test
  void aStatedShapeFixesNoBatchThatTheModelHas() {
    byte[] model = new ForeignModel().input("x", 2, 3).output("x").toBytes();
    Graph graph = OnnxReader.read(model, Map.of("x", Shape.of(-1, 3)));
    assertEquals(Shape.of(2, 3), graph.shape("x"));
  }

  @Test
  void epsilonIsTheDecimalItsAuthorWrote() {
    assertEquals(1e-5, ((Operator.BatchNormalization) operator(batchNormalization())).epsilon());
  }

  @Test
  void outputsLeftOutByAnEmptyNameAreIgnored() {
    ForeignModel model = new ForeignModel().input("x", -1, 3);
    model.node(NodeProto.newBuilder().setOpType("Relu").addInput("x").addOutput("y").addOutput(""));
    assertEquals(new Unary.Relu(), operator(read(model.output("y"))));
  }

  @Test
  void emptyInputIsAnAbsentBias() {
    Graph graph =
        read(
            new ForeignModel()
                .input("x", -1, 2)
                .initializer(floats("w", new long[] {1, 2}, 1, 2))
                .node("Gemm", "y", List.of("x", "w", ""), OnnxAttributes.integer("transB", 1))
                .output("y"));
    assertEquals(Optional.empty(), ((Operator.Gemm) operator(graph)).bias());
  }

  @Test
  void unusedInitializerIsDropped() {
    Graph graph =
        read(
            new ForeignModel()
                .input("x", -1, 1)
                .initializer(raw("unused", 8, 2))
                .node("Relu", "y", List.of("x"))
                .output("y"));
    assertEquals(1, graph.nodes().size());
  }

  @Test
  void networkFromPyTorchKeepsItsOperators() {
    assertEquals(
        Map.of("Add", 2, "BatchNormalization", 3, "Conv", 2, "Relu", 1),
        OnnxReader.read(golden("repvgg_identity.onnx")).operatorCounts());
  }

  @ParameterizedTest
  @ValueSource(strings = {"acb", "repvgg_identity"})
  void networkFromPyTorchComputesTheSameOnceWrittenAgain(String name) throws OrtException {
    // Float32 arithmetic on outputs of size 1, over sums of at most 100 terms.
    double tolerance = 1e-5;
    Graph graph = OnnxReader.read(golden(name + ".onnx"));
    Safetensors golden = SafetensorsReader.read(golden(name + ".safetensors"));
    Tensor found =
        OnnxRuntime.run(
                OnnxWriter.toBytes(graph), Map.of(graph.inputs().get(0).name(), golden.tensor("x")))
            .get(graph.outputs().get(0));
    Tensor exact = golden.tensor("y_exact");
    assertEquals(exact.shape(), found.shape());
    for (int i = 0; i < exact.size(); i++) {
      assertEquals(exact.get(i), found.get(i), tolerance);
    }
  }

  private static Path golden(String name) {
    try {
      return Path.of(ForeignModelTest.class.getResource("/golden/onnx/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Graph reshape(long... shape) {
    return read(
        new ForeignModel()
            .input("x", -1, 4, 5)
            .initializer(longs("s", shape))
            .node("Reshape", "y", List.of("x", "s"))
            .output("y"));
  }

  private static Graph batchNormalization() {
    return read(
        new ForeignModel()
            .input("x", -1, 1)
            .initializer(floats("p", vector(1), 1))
            .node("BatchNormalization", "y", List.of("x", "p", "p", "p", "p"))
            .output("y"));
  }

  private static Operator operator(Graph graph) {
    return graph.find("y").orElseThrow().operator();
  }

  private static long[] vector(long size) {
    return new long[] {size};
  }

  private static Graph read(ForeignModel model) {
    return OnnxReader.read(model.toBytes());
  }
}
