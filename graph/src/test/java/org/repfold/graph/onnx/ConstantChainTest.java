package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;
import static org.repfold.graph.onnx.ForeignModel.floats;
import static org.repfold.graph.onnx.ForeignModel.longs;
import static org.repfold.graph.onnx.ForeignModel.value;
import static org.repfold.graph.onnx.OnnxAttributes.integer;
import static org.repfold.graph.onnx.OnnxAttributes.integers;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** What models compute from constants and from the shapes of values. */
class ConstantChainTest {
  private static final RandomTensors RANDOM = new RandomTensors(8);

  /** One rounding of float32: what is computed in float64 is rounded once. */
  private static final double ROUNDING = 0x1p-23;

  private static ForeignModel constants() {
    ForeignModel model = new ForeignModel().input("x", 1);
    for (int i = 0; i < 10; i++) {
      model.initializer(longs("v" + i, i));
    }
    return model
        .initializer(longs("minus", -1))
        .initializer(longs("v", 7, -3, 5, 2))
        .initializer(longs("w", 2, 4, -2, 2))
        .initializer(longs("shape", 2, 2))
        .initializer(longs("huge", Long.MAX_VALUE))
        .initializer(longs("lowest", -Long.MAX_VALUE))
        .initializer(ForeignModel.tensor("three", DataType.INT64_VALUE).addInt64Data(3))
        .initializer(floats("m", new long[] {2, 3}, 1, 2, 3, 4, 5, 6))
        .initializer(floats("row", new long[] {3}, 0.5f, -1, 0.25f))
        .initializer(floats("numbers", new long[] {4}, 2, 4, 0.5f, 9))
        .initializer(
            ForeignModel.tensor("yes", DataType.BOOL_VALUE, 4).addAllInt32Data(List.of(1, 0, 0, 1)))
        .initializer(
            ForeignModel.tensor("narrow", DataType.INT32_VALUE, 2).addAllInt32Data(List.of(4, -6)));
  }

  private static Arguments chain(String name, UnaryOperator<ForeignModel> nodes) {
    return Arguments.of(name, nodes);
  }

  static Stream<Arguments> chains() {
    return Stream.of(
        chain("add", m -> m.node("Add", "c", List.of("v", "w"))),
        chain("subtract", m -> m.node("Sub", "c", List.of("v", "v3"))),
        chain("multiply", m -> m.node("Mul", "c", List.of("v", "w"))),
        chain("divide towards zero", m -> m.node("Div", "c", List.of("v", "w"))),
        chain("divide numbers", m -> m.node("Div", "c", List.of("m", "row"))),
        chain("negate", m -> m.node("Neg", "c", List.of("v"))),
        chain("magnitude", m -> m.node("Abs", "c", List.of("v"))),
        chain("root", m -> m.node("Sqrt", "c", List.of("numbers"))),
        chain("reciprocal", m -> m.node("Reciprocal", "c", List.of("numbers"))),
        chain("whole below", m -> m.node("Floor", "c", List.of("row"))),
        chain("whole above", m -> m.node("Ceil", "c", List.of("row"))),
        chain("compare", m -> m.node("Less", "c", List.of("v", "w"))),
        chain("equal", m -> m.node("Equal", "c", List.of("v", "v5"))),
        chain("transpose", m -> m.node("Transpose", "c", List.of("m"), integers("perm", 1, 0))),
        chain(
            "expand",
            m ->
                m.node("Unsqueeze", "u", List.of("row", "v0"))
                    .node("Expand", "c", List.of("u", "shape3"))
                    .initializer(longs("shape3", 2, 4, 1))),
        chain("reshape", m -> m.node("Reshape", "c", List.of("v", "shape"))),
        chain(
            "free size",
            m ->
                m.node("Reshape", "c", List.of("m", "target")).initializer(longs("target", 3, -1))),
        chain("squeeze", m -> m.node("Squeeze", "c", List.of("v4"))),
        chain("reverse", m -> m.node("Slice", "c", List.of("v", "minus", "lowest", "v0", "minus"))),
        chain("every second", m -> m.node("Slice", "c", List.of("v", "v1", "huge", "v0", "v2"))),
        chain(
            "no elements",
            m ->
                m.node("Slice", "s", List.of("v", "v3", "v1", "v0"))
                    .node("Concat", "c", List.of("s", "v5"), integer("axis", 0))),
        chain("gather rows", m -> m.node("Gather", "c", List.of("m", "minus"))),
        chain("gather one", m -> m.node("Gather", "c", List.of("v", "three"))),
        chain(
            "gather columns",
            m ->
                m.node("Gather", "c", List.of("m", "again"), integer("axis", 1))
                    .initializer(
                        ForeignModel.tensor("again", DataType.INT64_VALUE, 2, 2)
                            .addAllInt64Data(List.of(2L, 0L, 1L, -1L)))),
        chain("concat columns", m -> m.node("Concat", "c", List.of("m", "m"), integer("axis", -1))),
        chain("choose", m -> m.node("Where", "c", List.of("yes", "v", "w"))),
        chain("choose and repeat", m -> m.node("Where", "c", List.of("yes", "v3", "w"))),
        chain(
            "scatter",
            m ->
                m.node("ScatterND", "c", List.of("m", "place", "row"))
                    .initializer(
                        ForeignModel.tensor("place", DataType.INT64_VALUE, 1).addInt64Data(-1))),
        chain("fill", m -> m.node("ConstantOfShape", "c", List.of("shape"), value(longs("", 6)))),
        chain("fill with zeros", m -> m.node("ConstantOfShape", "c", List.of("shape"))),
        chain(
            "count down",
            m ->
                m.node("Squeeze", "from", List.of("v9"))
                    .node("Squeeze", "to", List.of("v2"))
                    .node("Squeeze", "by", List.of("minus"))
                    .node("Range", "c", List.of("from", "to", "by"))),
        chain(
            "cut off",
            m -> m.node("Cast", "c", List.of("row"), integer("to", DataType.INT64_VALUE))),
        chain("narrow numbers", m -> m.node("Mul", "c", List.of("narrow", "narrow"))),
        chain(
            "split",
            m ->
                m.node(
                    ai.onnx.proto.OnnxMl.NodeProto.newBuilder()
                        .setOpType("Split")
                        .addInput("v")
                        .addOutput("first")
                        .addOutput("c"))),
        chain("shape of a constant", m -> m.node("Shape", "c", List.of("m"))),
        chain("part of a shape", m -> m.node("Shape", "c", List.of("m"), integer("start", -1))),
        chain("size", m -> m.node("Size", "c", List.of("m"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chains")
  void aChainOfConstantsIsOne(String name, UnaryOperator<ForeignModel> nodes) throws OrtException {
    byte[] model =
        nodes
            .apply(constants())
            .node("Cast", "number", List.of("c"), integer("to", DataType.FLOAT_VALUE))
            .node("Add", "y", List.of("x", "number"))
            .output("y")
            .toBytes();
    Graph graph = OnnxReader.read(model);
    assertEquals(Map.of("Add", 1), graph.operatorCounts());
    assertSame(model, graph, Tensor.of(Shape.of(1), 0f));
  }

  @Test
  void theBatchIsAsOftenInAShapeAsReshapesLeaveIt() throws OrtException {
    ForeignModel model =
        constants()
            .input("z", -1, 4, 6)
            .initializer(longs("parts", -1, 2, 3))
            .initializer(longs("two", 2))
            .node("Reshape", "parted", List.of("z", "parts"))
            .node("Shape", "sizes", List.of("parted"))
            .node("Gather", "rows", List.of("sizes", "v0"))
            .node("Div", "batch", List.of("rows", "v4"))
            .node("Mul", "twice", List.of("batch", "two"))
            .node("Concat", "target", List.of("twice", "v3", "minus"), integer("axis", 0))
            .node("Reshape", "y", List.of("parted", "target"))
            .output("y");
    Graph graph = OnnxReader.read(model.toBytes());
    assertEquals(Movement.Reshape.to(-1, 3, 4), operator(graph, "y"));
    for (int batch : new int[] {1, 3}) {
      assertSame(
          model.toBytes(), graph, Map.of("x", RANDOM.normal(1), "z", RANDOM.normal(batch, 4, 6)));
    }
  }

  @Test
  void aTailOfASizeThatDependsOnTheBatchIsResolved() {
    Graph graph =
        OnnxReader.read(
            constants()
                .input("z", -1, 4, 6)
                .node("Shape", "sizes", List.of("z"))
                .node("Slice", "two", List.of("sizes", "v0", "v2"))
                .node("Concat", "target", List.of("two", "minus"), integer("axis", 0))
                .node("Reshape", "y", List.of("z", "target"))
                .output("y")
                .toBytes());
    assertEquals(Movement.Reshape.to(-1, 4, 6), operator(graph, "y"));
    assertEquals(1, graph.nodes().size());
  }

  @Test
  void anExpandToTheBatchThatIsThereIsNone() {
    Graph graph =
        OnnxReader.read(
            constants()
                .input("z", -1, 4)
                .node("Shape", "sizes", List.of("z"))
                .node("Mul", "negative", List.of("ones", "minus"))
                .initializer(longs("ones", 1, 1))
                .node("Equal", "free", List.of("sizes", "negative"))
                .node("Where", "target", List.of("free", "ones", "sizes"))
                .node("Expand", "y", List.of("z", "target"))
                .output("y")
                .toBytes());
    assertEquals(new Operator.Identity(), operator(graph, "y"));
  }

  @Test
  void aChoiceBetweenAValueAndConstantsIsAProductAndASum() throws OrtException {
    for (List<String> inputs :
        List.of(List.of("yes", "z", "numbers"), List.of("yes", "numbers", "z"))) {
      byte[] model = constants().input("z", 3, 4).node("Where", "y", inputs).output("y").toBytes();
      Graph graph = OnnxReader.read(model);
      assertEquals(Map.of("Mul", 1, "Add", 1), graph.operatorCounts());
      assertSame(model, graph, Map.of("x", RANDOM.normal(1), "z", RANDOM.normal(3, 4)));
    }
  }

  @Test
  void aSplitIsASliceForEachOutput() throws OrtException {
    ForeignModel model =
        new ForeignModel()
            .input("x", -1, 7)
            .initializer(longs("sizes", 2, 4, 1))
            .node(
                ai.onnx.proto.OnnxMl.NodeProto.newBuilder()
                    .setOpType("Split")
                    .addAllInput(List.of("x", "sizes"))
                    .addAllOutput(List.of("a", "b", "y"))
                    .addAttribute(integer("axis", -1)))
            .node("Mul", "z", List.of("b", "y"))
            .output("z");
    Graph graph = OnnxReader.read(model.toBytes());
    assertEquals(List.of("b", "y", "z"), graph.nodes().stream().map(Node::name).toList());
    assertEquals(new Movement.Slice(1, 2, 6), operator(graph, "b"));
    assertSame(model.toBytes(), graph, RANDOM.normal(3, 7));
  }

  @Test
  void aNumberOfTheCodeIsTheDecimalItsAuthorWrote() {
    Graph graph =
        OnnxReader.read(
            new ForeignModel()
                .input("x", -1)
                .node("Constant", "c", List.of(), value(floats("", new long[0], 1e-5f)))
                .node("Add", "y", List.of("x", "c"))
                .output("y")
                .toBytes());
    assertEquals(1e-5, graph.constant("c").orElseThrow().get(0));
  }

  @Test
  void aSizeThatIsNoMultipleOfTheBatchIsRefused() {
    refused(m -> m.node("Add", "c", List.of("batch", "v1")), "'c' (Add)", "no multiple");
    refused(m -> m.node("Sub", "c", List.of("v0", "batch")), "c");
    refused(m -> m.node("Div", "c", List.of("batch", "v2")), "no multiple");
    refused(m -> m.node("Mul", "c", List.of("batch", "batch")), "no multiple");
    refused(m -> m.node("Equal", "c", List.of("batch", "v3")), "comparison");
    refused(m -> m.node("ConstantOfShape", "c", List.of("batch")), "batch");
    refused(m -> m.node("Gather", "c", List.of("v", "batch")), "depends on the batch");
    refused(m -> m.node("Sqrt", "c", List.of("batch")), "c");
  }

  @Test
  void aShapeOfAnotherNumberOfElementsIsRefused() {
    refused(m -> reshaped(m, "batch", "v5"), "'c' (Reshape)", "as many elements");
    refused(m -> reshaped(m, "batch", "v5", "minus"), "as many elements");
    refused(m -> reshaped(m, "batch", "batch"), "two sizes that depend on the batch");
  }

  private static ForeignModel reshaped(ForeignModel model, String... sizes) {
    return model
        .node("Concat", "target", List.of(sizes), integer("axis", 0))
        .node("Reshape", "c", List.of("z", "target"));
  }

  @Test
  void hugeConstantsAreRefusedWithoutAnArray() {
    refused(
        m ->
            m.initializer(longs("wide", 1 << 20, 1 << 20))
                .node("ConstantOfShape", "c", List.of("wide")),
        "'c' (ConstantOfShape)",
        "elements computed from constants");
    refused(
        m -> m.initializer(longs("wide", 1 << 30, 2)).node("Expand", "c", List.of("v", "wide")),
        "expected");
    refused(
        m ->
            m.initializer(longs("one", 1))
                .node("Squeeze", "from", List.of("lowest"))
                .node("Squeeze", "to", List.of("huge"))
                .node("Squeeze", "by", List.of("one"))
                .node("Range", "c", List.of("from", "to", "by")),
        "2^63");
  }

  @Test
  void manyConstantsAreRefusedBeforeTheMemoryEnds() {
    refused(
        m -> {
          m.initializer(longs("wide", 1 << 10, 1 << 11))
              .node("ConstantOfShape", "f0", List.of("wide"));
          for (int i = 0; i < 20; i++) {
            m.node("Neg", "f" + (i + 1), List.of("f" + i));
          }
          return m.node("Neg", "c", List.of("f20"));
        },
        "elements computed from constants");
  }

  @Test
  void overflowsAndDivisionsByZeroAreRefused() {
    refused(m -> m.node("Add", "c", List.of("huge", "v1")), "'c' (Add)", "2^63");
    refused(m -> m.node("Mul", "c", List.of("huge", "v2")), "2^63");
    refused(m -> m.node("Div", "c", List.of("v", "v0")), "divisor");
  }

  @Test
  void malformedChainsAreRefused() {
    refused(m -> m.node("Add", "c", List.of("v", "m")), "one type");
    refused(m -> m.node("Add", "c", List.of("v", "shape")), "broadcast");
    refused(m -> m.node("Gather", "c", List.of("v", "v9")), "position of 4, found 9");
    refused(m -> m.node("Concat", "c", List.of("v", "m"), integer("axis", 0)), "axis 0 alone");
    refused(m -> m.node("ConstantOfShape", "c", List.of("minus")), "at least 0");
    refused(m -> m.node("Slice", "c", List.of("v", "v0", "v1", "v0", "v0")), "steps other than 0");
    refused(m -> m.node("Unsqueeze", "c", List.of("v", "v5")), "different axes");
    refused(m -> m.node("Squeeze", "c", List.of("m", "v1")), "size 1");
    refused(m -> m.node("ScatterND", "c", List.of("m", "v9", "row")), "position of 2, found 9");
    refused(m -> m.node("ScatterND", "c", List.of("m", "v1", "v")), "updates");
  }

  private static void refused(UnaryOperator<ForeignModel> nodes, String... parts) {
    ForeignModel model =
        nodes
            .apply(
                constants()
                    .input("z", -1, 4)
                    .node("Shape", "sizes", List.of("z"))
                    .node("Gather", "batch", List.of("sizes", "v0")))
            .node("Relu", "y", List.of("c"))
            .output("y");
    assertRefused(() -> OnnxReader.read(model.toBytes()), parts);
  }

  private static Operator operator(Graph graph, String node) {
    return graph.find(node).orElseThrow().operator();
  }

  private static void assertSame(byte[] model, Graph graph, Tensor x) throws OrtException {
    assertSame(model, graph, Map.of("x", x));
  }

  /** Fails if the graph, written again, computes something else in ONNX Runtime than the model. */
  private static void assertSame(byte[] model, Graph graph, Map<String, Tensor> inputs)
      throws OrtException {
    String output = graph.outputs().get(0);
    Tensor expected = OnnxRuntime.run(model, inputs).get(output);
    byte[] written = OnnxWriter.toBytes(graph.withParameters(ElementType.FLOAT32));
    Tensor found = OnnxRuntime.run(written, inputs).get(output);
    assertEquals(expected.shape(), found.shape());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), found.get(i), ROUNDING * Math.abs(expected.get(i)));
    }
  }
}
