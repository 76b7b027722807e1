package org.repfold.converter.golden;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Tensor;
import org.repfold.graph.onnx.OnnxReader;

/**
 * A train form as PyTorch's exporter writes it (opset 17, nothing folded, shapes computed from
 * chains of constants), with an input and the output in float64.
 */
enum OnnxExport {
  ACB,
  DBB,
  GMLP_TINY,
  MIXER_TINY,
  REPMLP_V1_LIGHT,
  REPMLPNET_TINY,
  REPMLPNET_TINY_ONE_PARTITION,
  REPMLPNET_TINY_ONE_PARTITION_OFFICIAL_DEPLOY,
  REPVGG_IDENTITY,
  RESMLP_TINY;

  private String file() {
    return "onnx/" + name().toLowerCase(Locale.ROOT);
  }

  private GoldenFile numbers() {
    return GoldenFile.read(file());
  }

  Graph graph() {
    try {
      return OnnxReader.read(
          Path.of(OnnxExport.class.getResource("/golden/" + file() + ".onnx").toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Tensor input() {
    return numbers().tensor("x");
  }

  double[] exactOutput() {
    return numbers().tensor("y_exact").toDoubles();
  }

  /** A graph's output for the golden input, in float64. */
  double[] output(Graph graph) {
    INDArray x = NdArrays.of(input(), ElementType.FLOAT64);
    String input = graph.inputs().get(0).name();
    return NdArrays.toDoubles(
        new ReferenceExecutor(graph, ElementType.FLOAT64)
            .run(Map.of(input, x))
            .get(graph.outputs().get(0)));
  }
}
