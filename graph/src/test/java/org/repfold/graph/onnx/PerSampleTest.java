package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;
import static org.repfold.graph.onnx.ForeignModel.floats;
import static org.repfold.graph.onnx.ForeignModel.longs;
import static org.repfold.graph.onnx.OnnxAttributes.integer;
import static org.repfold.graph.onnx.OnnxAttributes.integers;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * What models compute for each sample of a batch of unknown size: whereto they assign, and what.
 */
class PerSampleTest {
  private static final RandomTensors RANDOM = new RandomTensors(8);

  /** Maps {@code z} of 2 channels, 3 rows and 4 columns; {@code batch} is their number. */
  private static ForeignModel maps() {
    ForeignModel model = new ForeignModel().input("z", -1, 2, 3, 4);
    for (int i = 0; i < 5; i++) {
      model.initializer(longs("v" + i, i));
      model.initializer(ForeignModel.tensor("n" + i, DataType.INT64_VALUE).addInt64Data(i));
    }
    return model
        .initializer(longs("minus", -1))
        .initializer(longs("rank2", -1, 1))
        .initializer(longs("rank3", -1, 1, 1))
        .initializer(longs("rank4", -1, 1, 1, 1))
        .initializer(floats("border", new long[] {2, 1, 1}, 0.5f, -3))
        .node("Shape", "sizes", List.of("z"))
        .node("Gather", "number", List.of("sizes", "n0"), integer("axis", 0))
        .node("Gather", "batch", List.of("sizes", "v0"), integer("axis", 0));
  }

  /** {@code z[:, :, 2:3, :] = border}, as PyTorch's older exporter writes it. */
  private static ForeignModel assigned(ForeignModel model) {
    return model
        .node("Range", "samples", List.of("n0", "number", "n1"))
        .node("Reshape", "i", List.of("samples", "rank4"))
        .node("Range", "channels", List.of("n0", "n2", "n1"))
        .node("Reshape", "j", List.of("channels", "rank3"))
        .node("Reshape", "k", List.of("v2", "rank2"))
        .node("Range", "l", List.of("n0", "n4", "n1"))
        .node("Add", "ij", List.of("i", "j"))
        .node("Add", "ijk", List.of("ij", "k"))
        .node("Add", "ijkl", List.of("ijk", "l"))
        .node("Shape", "part", List.of("ijkl"))
        .node("Expand", "i'", List.of("i", "part"))
        .node("Expand", "j'", List.of("j", "part"))
        .node("Expand", "k'", List.of("k", "part"))
        .node("Expand", "l'", List.of("l", "part"))
        .node("Unsqueeze", "i''", List.of("i'", "minus"))
        .node("Unsqueeze", "j''", List.of("j'", "minus"))
        .node("Unsqueeze", "k''", List.of("k'", "minus"))
        .node("Unsqueeze", "l''", List.of("l'", "minus"))
        .node("Concat", "places", List.of("i''", "j''", "k''", "l''"), integer("axis", -1))
        .node("Expand", "numbers", List.of("border", "part"))
        .node("ScatterND", "y", List.of("z", "places", "numbers"))
        .output("y");
  }

  @Test
  void anAssignmentToAPartOfEachSampleIsAProductAndASum() throws OrtException {
    byte[] model = assigned(maps()).toBytes();
    Graph graph = OnnxReader.read(model);
    assertEquals(Map.of("Mul", 1, "Add", 1), graph.operatorCounts());
    assertSame(model, graph);
  }

  @Test
  void anAssignmentBetweenTransposesHasTheSamplesInFront() throws OrtException {
    byte[] model =
        maps()
            .initializer(ForeignModel.tensor("row", DataType.INT64_VALUE, 1, 1).addInt64Data(1))
            .node("Concat", "part", List.of("batch", "v2", "v1", "v4"), integer("axis", 0))
            .node("Expand", "numbers", List.of("border", "part"))
            .node("Transpose", "numbers'", List.of("numbers"), integers("perm", 2, 1, 0, 3))
            .node("Transpose", "z'", List.of("z"), integers("perm", 2, 1, 0, 3))
            .node("ScatterND", "y'", List.of("z'", "row", "numbers'"))
            .node("Transpose", "y", List.of("y'"), integers("perm", 2, 1, 0, 3))
            .output("y")
            .toBytes();
    Graph graph = OnnxReader.read(model);
    assertEquals(Map.of("Transpose", 4, "Mul", 1, "Add", 1), graph.operatorCounts());
    String product = graph.find("y'").map(back -> back.input()).orElseThrow();
    assertEquals(Shape.of(-1, 2, 3, 4), graph.shape(product));
    assertSame(model, graph);
  }

  @Test
  void anAssignmentToSomeSamplesIsRefused() {
    refused(
        m ->
            m.node("Concat", "part", List.of("batch", "v2", "v3", "v4"), integer("axis", 0))
                .node("Expand", "numbers", List.of("border", "part"))
                .node("Range", "samples", List.of("n0", "number", "n1"))
                .node("Expand", "first", List.of("v0", "batch"))
                .node("Unsqueeze", "places", List.of("first", "minus"))
                .node("ScatterND", "y", List.of("z", "places", "numbers")),
        "'y' (ScatterND)",
        "to other places in each sample");
    refused(
        m ->
            m.initializer(ForeignModel.tensor("second", DataType.INT64_VALUE, 1, 1).addInt64Data(1))
                .node("Concat", "part", List.of("batch", "v2", "v3", "v4"), integer("axis", 0))
                .node("Expand", "numbers", List.of("border", "part"))
                .node("ScatterND", "y", List.of("z", "second", "numbers")),
        "another axis");
  }

  @Test
  void whatIsNotAlikeInAllSamplesIsRefused() {
    refused(
        m -> m.node("Range", "y", List.of("n1", "number", "n1")), "other than over the samples");
    refused(
        m -> m.node("Range", "y", List.of("n0", "number", "n2")), "other than over the samples");
    refused(
        m ->
            m.initializer(floats("two", new long[] {2, 1}, 1, 2))
                .node("Concat", "part", List.of("batch", "v3"), integer("axis", 0))
                .node("Expand", "y", List.of("two", "part")),
        "another number of samples");
    refused(
        m ->
            m.node("Mul", "twice", List.of("batch", "v2"))
                .node("Expand", "y", List.of("border", "twice")),
        "multiples of the batch");
    refused(
        m ->
            m.node("Range", "samples", List.of("n0", "number", "n1"))
                .node("Concat", "part", List.of("v3", "batch"), integer("axis", 0))
                .node("Expand", "rows", List.of("samples", "part"))
                .initializer(longs("columns", -1, 3))
                .node("Reshape", "y", List.of("rows", "columns")),
        "mixes samples");
    refused(
        m ->
            m.node("Range", "samples", List.of("n0", "number", "n1"))
                .node("Add", "y", List.of("samples", "samples")),
        "two numbers of a sample");
    refused(
        m ->
            m.node("Range", "samples", List.of("n0", "number", "n1"))
                .initializer(longs("pair", 0, 1))
                .node("Add", "y", List.of("samples", "pair")),
        "different axes");
    refused(
        m ->
            m.node("Range", "samples", List.of("n0", "number", "n1"))
                .node("Concat", "y", List.of("samples", "samples"), integer("axis", 0)),
        "different axes");
  }

  @Test
  void aValueForEachSampleIsNoOperand() {
    refused(
        m ->
            m.node("Expand", "numbers", List.of("border", "sizes"))
                .node("Add", "y", List.of("z", "numbers")),
        "'numbers' depends on the batch");
  }

  private static void refused(UnaryOperator<ForeignModel> nodes, String... parts) {
    ForeignModel model = nodes.apply(maps()).output("y");
    assertRefused(() -> OnnxReader.read(model.toBytes()), parts);
  }

  /** Fails if the graph, written again, computes something else in ONNX Runtime than the model. */
  private static void assertSame(byte[] model, Graph graph) throws OrtException {
    byte[] written = OnnxWriter.toBytes(graph.withParameters(ElementType.FLOAT32));
    for (int batch : new int[] {1, 3}) {
      Map<String, Tensor> inputs = Map.of("z", RANDOM.normal(batch, 2, 3, 4));
      Tensor expected = OnnxRuntime.run(model, inputs).get("y");
      Tensor found = OnnxRuntime.run(written, inputs).get("y");
      assertEquals(expected.shape(), found.shape());
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(expected.get(i), found.get(i));
      }
    }
  }
}
