package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.onnx.OnnxReader;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.PretrainedNetwork;

/** One network, come from each kind of file there is: all roads lead to one deploy form. */
class RepMLPNetSourcesTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final String EXPORT = "repmlpnet_tiny_one_partition";

  /** A map is one partition in both stages. */
  private static final Architecture NETWORK =
      new Architecture(
          "tiny",
          new RepMLPNetFamily(),
          new RepMLPNetConfiguration(
              3,
              10,
              32,
              32,
              4,
              4,
              List.of(1, 2),
              List.of(16, 32),
              List.of(8, 4),
              List.of(8, 4),
              List.of(2, 8),
              List.of(1, 3),
              4));

  @TempDir static Path folder;

  private enum Source {
    DL4J {
      @Override
      Graph read() throws IOException {
        ComputationGraph network =
            new ComputationGraph(
                NETWORK.configuration().graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT)));
        network.init();
        StateDict.load(network, arrays(stateDict()));
        Path file = folder.resolve("train.zip");
        network.save(file.toFile());
        return ModelFile.read(file).graph();
      }
    },
    CHECKPOINT {
      @Override
      Graph read() throws IOException {
        Path file = folder.resolve("train.safetensors");
        SafetensorsWriter.write(new Safetensors(stateDict(), Map.of()), file, true);
        return PretrainedNetwork.read(file, Optional.of(NETWORK), Optional.empty()).model().graph();
      }
    },
    TRAIN_EXPORT {
      @Override
      Graph read() throws IOException {
        return OnnxReader.read(bytes(EXPORT));
      }
    },
    OFFICIAL_DEPLOY_EXPORT {
      @Override
      Graph read() throws IOException {
        return OnnxReader.read(bytes(golden()));
      }

      @Override
      String golden() {
        return EXPORT + "_official_deploy";
      }
    };

    abstract Graph read() throws IOException;

    /**
     * What its numbers are compared with. The official conversion rounds its weights to float32,
     * and so gives a function of its own.
     */
    String golden() {
      return EXPORT;
    }
  }

  private static Map<String, Integer> deployOperators;

  @BeforeAll
  static void convertTheCheckpoint() throws IOException {
    deployOperators = Conversion.of(Source.CHECKPOINT.read()).deploy().operatorCounts();
  }

  private static byte[] bytes(String name) throws IOException {
    String file = "/golden/onnx/" + name + ".onnx";
    try (InputStream in = RepMLPNetSourcesTest.class.getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }

  /** PyTorch's exporter leaves the parameters of a train form under their official names. */
  private static Map<String, Tensor> stateDict() throws IOException {
    Map<String, Tensor> stateDict = new LinkedHashMap<>();
    for (TensorProto tensor : ModelProto.parseFrom(bytes(EXPORT)).getGraph().getInitializerList()) {
      float[] values = new float[tensor.getRawData().size() / Float.BYTES];
      tensor
          .getRawData()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
      long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
      stateDict.put(tensor.getName(), Tensor.of(Shape.of(shape), values));
    }
    return stateDict;
  }

  private static Map<String, INDArray> arrays(Map<String, Tensor> stateDict) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    stateDict.forEach(
        (name, tensor) ->
            arrays.put(
                name, Nd4j.createFromArray(tensor.toFloats()).reshape(tensor.shape().toArray())));
    return arrays;
  }

  @ParameterizedTest
  @EnumSource
  void deployFormHasTheSameOperators(Source source) throws IOException {
    assertEquals(deployOperators, Conversion.of(source.read()).deploy().operatorCounts());
  }

  @ParameterizedTest
  @EnumSource
  void deployFormComputesWhatPyTorchDoes(Source source) throws IOException {
    Golden golden = Golden.read("onnx/" + source.golden());
    assertClose(
        golden.tensor("y_exact"),
        new ReferenceExecutor(Conversion.of(source.read()).lowering().folded(), ElementType.FLOAT64)
            .run(golden.tensor("x")),
        DOUBLE_TOLERANCE);
  }

  @Test
  void officialDeployFormIsWhatPyTorchExportsOfIt() throws IOException {
    Graph official =
        Conversion.of(Source.CHECKPOINT.read(), RepMLPNet.officialFolds(), Effort.NONE).folded();
    Graph export = Source.OFFICIAL_DEPLOY_EXPORT.read();
    assertEquals(operators(export), operators(official));
  }

  /** An export has a Reshape where the zoo's network has a Flatten. */
  private static Map<String, Integer> operators(Graph graph) {
    Map<String, Integer> counts = new TreeMap<>(graph.operatorCounts());
    Integer flattened = counts.remove("Flatten");
    counts.merge("Reshape", flattened == null ? 0 : flattened, Integer::sum);
    return counts;
  }
}
