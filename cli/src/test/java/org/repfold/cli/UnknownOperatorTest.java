package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.onnx.OnnxReader;

/** A network with an operator that is not known here, behind a BatchNormalization that folds. */
class UnknownOperatorTest {
  private static final double FLOAT_TOLERANCE = 1e-6;

  @TempDir Path folder;
  private Path model;
  private Path deploy;

  @BeforeEach
  void writeModel() throws IOException {
    deploy = folder.resolve("deploy.onnx");
    model = folder.resolve("model.onnx");
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("g")
            .addInput(map("x"))
            .addOutput(map("y"))
            .addInitializer(numbers("weight", List.of(2L, 2L, 1L, 1L), 1, -2, 3, 0.5f))
            .addInitializer(numbers("scale", List.of(2L), 2, -1))
            .addInitializer(numbers("shift", List.of(2L), 0.5f, 1))
            .addInitializer(numbers("mean", List.of(2L), 0.25f, -3))
            .addInitializer(numbers("variance", List.of(2L), 4, 0.25f))
            .addNode(node("Conv", "c", "x", "weight"))
            .addNode(node("BatchNormalization", "n", "c", "scale", "shift", "mean", "variance"))
            .addNode(
                node("LpNormalization", "y", "n").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("axis")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(1)))
            .build();
    Files.write(
        model,
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph)
            .build()
            .toByteArray());
  }

  private static ValueInfoProto map(String name) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam("batch");
    for (int size : new int[] {2, 3, 3}) {
      shape.addDimBuilder().setDimValue(size);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }

  private static TensorProto numbers(String name, List<Long> sizes, float... numbers) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .addAllDims(sizes)
            .setDataType(TensorProto.DataType.FLOAT_VALUE);
    for (float number : numbers) {
      tensor.addFloatData(number);
    }
    return tensor.build();
  }

  private static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .addOutput(output)
        .addAllInput(List.of(inputs))
        .build();
  }

  @Test
  void itIsNotConvertedUnverifiedUnlessToldSo() {
    CommandResult.of("convert", model, "-o", deploy)
        .assertBadInput("node 'y' (LpNormalization)", "--no-verify");
    assertFalse(Files.exists(deploy));
  }

  @Test
  void dl4jHasNoSuchOperator() {
    CommandResult.of("convert", model, "-o", folder.resolve("deploy.zip"), "--no-verify")
        .assertBadInput("DL4J does not know 'LpNormalization'");
  }

  @Test
  void whatIsAroundItFoldsAndItRunsAsBefore() {
    CommandResult.of("convert", model, "-o", deploy, "--no-verify").assertDone();
    assertEquals(Map.of("Conv", 1, "Opaque", 1), OnnxReader.read(deploy).operatorCounts());
    try (OnnxRuntimeEngine before = OnnxRuntimeEngine.of(model);
        OnnxRuntimeEngine after = OnnxRuntimeEngine.of(deploy);
        INDArray x = Nd4j.linspace(-1, 1, 36).reshape(2, 2, 3, 3)) {
      double[] expected = NdArrays.toDoubles(before.run(x));
      double[] found = NdArrays.toDoubles(after.run(x));
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[i], FLOAT_TOLERANCE, "y[" + i + "]");
      }
    }
  }
}
