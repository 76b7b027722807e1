package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;
import static org.repfold.graph.onnx.OnnxAttributes.integer;
import static org.repfold.graph.onnx.OnnxAttributes.integers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Graph;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Convolutions and pools along a line, and over volumes. */
class LineReaderTest {
  /** Float32 arithmetic on numbers of size 1, over sums of at most 27 terms. */
  private static final double TOLERANCE = 1e-5;

  private static final RandomTensors RANDOM = new RandomTensors(8);

  private static ForeignModel conv(Tensor weight, long[] input, AttributeProto... attributes) {
    return new ForeignModel()
        .input("x", input)
        .initializer(OnnxTensors.toProto("w", weight).toBuilder())
        .node("Conv", "c", List.of("x", "w"), attributes)
        .node("Relu", "y", List.of("c"))
        .output("y");
  }

  private static ForeignModel pool(String type, AttributeProto... attributes) {
    return new ForeignModel()
        .input("x", -1, 4, 13)
        .node(type, "y", List.of("x"), attributes)
        .output("y");
  }

  private static Graph assertSame(ForeignModel model, long... x) throws OrtException {
    byte[] source = model.toBytes();
    Graph graph = OnnxReader.read(source);
    Map<String, Tensor> inputs = Map.of("x", RANDOM.normal(x));
    Tensor expected = OnnxRuntime.run(source, inputs).get("y");
    Tensor found = OnnxRuntime.run(OnnxWriter.toBytes(graph), inputs).get("y");
    assertEquals(expected.shape(), found.shape());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), found.get(i), TOLERANCE, "element " + i);
    }
    return graph;
  }

  @Test
  void aConvolutionAlongALineIsOneOverAMapOfHeightOne() throws OrtException {
    Graph graph =
        assertSame(
            conv(
                RANDOM.normal(6, 2, 3),
                new long[] {-1, 4, 13},
                integer("group", 2),
                integers("strides", 2),
                integers("dilations", 2),
                integers("pads", 1, 3)),
            3,
            4,
            13);
    assertEquals(Map.of("Reshape", 2, "Conv", 1, "Relu", 1), graph.operatorCounts());
    assertEquals(Shape.of(-1, 6, 7), graph.shape("y"));
  }

  @Test
  void poolsAlongALineArePoolsOverAMapOfHeightOne() throws OrtException {
    for (String type : List.of("MaxPool", "AveragePool")) {
      Graph graph =
          assertSame(
              pool(
                  type,
                  integers("kernel_shape", 3),
                  integers("strides", 2),
                  integers("pads", 1, 0)),
              3,
              4,
              13);
      assertEquals(Map.of("Reshape", 2, type, 1), graph.operatorCounts());
    }
  }

  @Test
  void aMeanOverALineOrAVolumeIsOneOverItsAxes() throws OrtException {
    Graph graph = assertSame(pool("GlobalAveragePool"), 3, 4, 13);
    assertEquals(Map.of("ReduceMean", 1), graph.operatorCounts());
  }

  @Test
  void aKernelLongerThanTheLineIsRefused() {
    ForeignModel model = conv(RANDOM.normal(6, 4, 9), new long[] {-1, 4, 5});
    assertRefused(
        () -> OnnxReader.read(model.toBytes()),
        "node 'c' (Conv): expected a line of at least 9 elements for the kernel, found 5");
  }

  @Test
  void aConvolutionOverAVolumeIsKeptAsItIsThoughItsShapeIsNotStated() throws OrtException {
    Graph graph =
        assertSame(
            conv(
                RANDOM.normal(5, 2, 3, 2, 1),
                new long[] {-1, 2, 4, 7, 6},
                integers("strides", 1, 2, 1),
                integers("pads", 1, 1, 0, 1, 0, 0)),
            2,
            2,
            4,
            7,
            6);
    assertEquals(Map.of("Opaque", 1, "Relu", 1), graph.operatorCounts());
    assertEquals(Shape.of(-1, 5, 4, 4, 6), graph.shape("y"));
  }
}
