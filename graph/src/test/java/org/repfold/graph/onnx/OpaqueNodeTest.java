package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;
import static org.repfold.graph.onnx.ForeignModel.floats;
import static org.repfold.graph.onnx.ForeignModel.longs;
import static org.repfold.graph.onnx.ForeignModel.text;
import static org.repfold.graph.onnx.OnnxAttributes.integer;
import static org.repfold.graph.onnx.OnnxAttributes.integers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OrtException;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Nodes that the graph has no operators for. */
class OpaqueNodeTest {
  private static final Tensor X = new RandomTensors(4).normal(3, 2, 4);

  private static ForeignModel model() {
    return new ForeignModel().input("x", -1, 2, 4);
  }

  private static Graph read(ForeignModel model) {
    return OnnxReader.read(model.toBytes());
  }

  private static ModelProto written(Graph graph) throws InvalidProtocolBufferException {
    return ModelProto.parseFrom(OnnxWriter.toBytes(graph));
  }

  /** Fails if ONNX Runtime computes something else once the model is written again. */
  private static void assertRunsAsBefore(ForeignModel model) throws OrtException {
    byte[] source = model.toBytes();
    Tensor expected = OnnxRuntime.run(source, Map.of("x", X)).get("y");
    Tensor found =
        OnnxRuntime.run(OnnxWriter.toBytes(OnnxReader.read(source)), Map.of("x", X)).get("y");
    assertEquals(expected, found);
  }

  @Test
  void anUnknownOperatorKeepsItsNameOperandsAndStatedShape() {
    Graph graph =
        read(
            model()
                .node("Relu", "r", List.of("x"))
                .node("Einsum", "e", List.of("r", "x"), text("equation", "nij,nij->ni"))
                .value("e", -1, 2)
                .node("Relu", "y", List.of("e"))
                .output("y"));
    Operator.Opaque opaque = (Operator.Opaque) graph.find("e").orElseThrow().operator();
    assertEquals("Einsum", opaque.kind());
    assertEquals(List.of("r", "x"), graph.find("e").orElseThrow().inputs());
    assertEquals(Shape.of(-1, 2), graph.shape("e"));
  }

  @Test
  void anUnknownOperatorRunsAsBefore() throws OrtException {
    assertRunsAsBefore(
        model()
            .node("Relu", "r", List.of("x"))
            .node("Einsum", "e", List.of("r", "x"), text("equation", "nij,nij->ni"))
            .value("e", -1, 2)
            .node("Relu", "y", List.of("e"))
            .output("y"));
  }

  @Test
  void anUnknownFormOfAnOperatorRunsAsBefore() throws OrtException {
    assertRunsAsBefore(
        model()
            .initializer(longs("pads", 0, 0, 1, 0, 0, 2))
            .node("Pad", "y", List.of("x", "pads"), text("mode", "reflect"))
            .output("y", -1, 2, 7));
  }

  @Test
  void constantsOfAnyTypeGoWithTheOperator() throws InvalidProtocolBufferException {
    ForeignModel model =
        model()
            .initializer(floats("slope", new long[] {4}, 1, 2, 3, 4))
            .initializer(ForeignModel.tensor("exponent", DataType.INT8_VALUE, 1).addInt32Data(3))
            .node("PRelu", "p", List.of("x", "slope"))
            .value("p", -1, 2, 4)
            .node("Pow", "y", List.of("p", "exponent"))
            .output("y", -1, 2, 4);
    Graph graph = read(model);
    assertEquals(
        Map.of("slope", Tensor.of(Shape.of(4), 1f, 2f, 3f, 4f)),
        graph.find("p").orElseThrow().operator().parameters());
    assertEquals(List.of("p", "y"), graph.nodes().stream().map(node -> node.name()).toList());
    ModelProto written = written(graph);
    assertEquals(
        List.of(DataType.FLOAT_VALUE, DataType.INT8_VALUE),
        written.getGraph().getInitializerList().stream().map(t -> t.getDataType()).toList());
  }

  @Test
  void chainsOfConstantsEndAtTheOperator() throws OrtException {
    assertRunsAsBefore(
        model()
            .initializer(longs("one", 1))
            .initializer(longs("two", 2))
            .node("Concat", "repeats", List.of("one", "one", "two"), integer("axis", 0))
            .node("Tile", "y", List.of("x", "repeats"))
            .output("y", -1, 2, 8));
  }

  @Test
  void anotherOutputThanTheFirstIsTheOneThatIsUsed() throws OrtException {
    ForeignModel model =
        new ForeignModel()
            .input("x", 3, 2, 4)
            .initializer(longs("k", 1))
            .node(
                NodeProto.newBuilder()
                    .setOpType("TopK")
                    .addAllInput(List.of("x", "k"))
                    .addAllOutput(List.of("largest", "places")))
            .node("Relu", "y", List.of("largest"))
            .value("largest", 3, 2, 1)
            .output("y");
    assertRunsAsBefore(model);
  }

  @Test
  void anOperatorOfAnotherDomainKeepsItsVersion() throws Exception {
    ForeignModel model =
        model()
            .opset("com.microsoft", 1)
            .node(
                NodeProto.newBuilder()
                    .setOpType("QuickGelu")
                    .setDomain("com.microsoft")
                    .addInput("x")
                    .addOutput("y"))
            .output("y", -1, 2, 4);
    assertRunsAsBefore(model);
    assertEquals("com.microsoft", written(read(model)).getOpsetImport(1).getDomain());
    assertEquals(1, written(read(model)).getOpsetImport(1).getVersion());
  }

  @Test
  void anOperatorThatLaterOpsetsHaveDifferentlyIsNotWritten() {
    Graph graph =
        read(
            model()
                .node("ReduceMax", "y", List.of("x"), integers("axes", 2))
                .output("y", -1, 2, 1));
    assertRefused(() -> OnnxWriter.toBytes(graph), "node 'y' (ReduceMax)", "opset 20", "opset 17");
  }

  @Test
  void anOperatorWhoseShapeIsNotStatedIsRefused() {
    assertRefused(
        () -> read(model().node("Einsum", "y", List.of("x")).output("y")),
        "node 'y' (Einsum): this operator is not supported yet",
        "does not state the shape of 'y'");
  }

  @Test
  void anOperatorOfWhichSeveralOutputsAreUsedIsRefused() {
    ForeignModel model =
        model()
            .node(
                NodeProto.newBuilder()
                    .setOpType("TopK")
                    .addInput("x")
                    .addAllOutput(List.of("largest", "places")))
            .value("largest", -1, 2, 1)
            .node("Mul", "y", List.of("largest", "places"))
            .output("y");
    assertRefused(() -> read(model), "'largest' (TopK)", "2 of its outputs are used");
  }

  @Test
  void anOperatorWithAGraphIsRefused() {
    AttributeProto branch =
        AttributeProto.newBuilder()
            .setName("then_branch")
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(GraphProto.newBuilder().setName("g"))
            .build();
    assertRefused(
        () -> read(model().node("If", "y", List.of("x"), branch).output("y", -1, 2, 4)),
        "'y' (If)",
        "a graph of its own");
  }

  @Test
  void anOperatorThatTakesWhatIsNotThereIsRefused() {
    assertRefused(
        () -> read(model().node("Einsum", "y", List.of("z")).output("y", -1, 2, 4)),
        "'y' (Einsum)",
        "'z'",
        "cycle");
  }

  @Test
  void anOperatorThatTakesASizeOfTheBatchIsRefused() {
    assertRefused(
        () ->
            read(
                model()
                    .node("Shape", "sizes", List.of("x"))
                    .node("Tile", "z", List.of("x", "sizes"))
                    .output("z", -1, 2, 4)),
        "'sizes' depends on the batch");
  }
}
