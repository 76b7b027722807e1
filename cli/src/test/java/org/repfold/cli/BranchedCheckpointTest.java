package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsReader;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.Form;
import org.repfold.zoo.Naming;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.branched.BranchedConfiguration;
import org.repfold.zoo.catalog.Architecture;

/** Checkpoints of RepVGG and MobileOne in and out, whichever code's names they have. */
class BranchedCheckpointTest {
  @TempDir Path folder;

  static Stream<NetworkConfiguration> networks() {
    return Stream.of("repvgg_demo", "mobileone_demo")
        .map(name -> (BranchedConfiguration<?>) Architecture.find(name).configuration())
        .flatMap(network -> Stream.of(Naming.values()).map(network::named));
  }

  private static Map<String, Tensor> randomTensors(NetworkConfiguration network) {
    Random random = new Random(5);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    OfficialTensors.of(network, Form.TRAIN)
        .forEach((name, shape) -> tensors.put(name, random(name, shape, random)));
    return tensors;
  }

  private static Tensor random(String name, Shape shape, Random random) {
    double center = name.endsWith("running_var") ? 1 : 0;
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (center + random.nextDouble() - 0.5);
    }
    return Tensor.of(shape, values);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void officialDeployFormIsWrittenAndReadWithoutNamingTheArchitecture(
      NetworkConfiguration network) {
    Path train = folder.resolve("train.safetensors");
    Path deploy = folder.resolve("deploy.safetensors");
    SafetensorsWriter.write(new Safetensors(randomTensors(network), Map.of()), train, false);

    CommandResult.of("convert", train, "-o", deploy).assertDone();

    Map<String, Shape> shapes = new LinkedHashMap<>();
    SafetensorsReader.read(deploy)
        .tensors()
        .forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    assertEquals(OfficialTensors.of(network, Form.DEPLOY), shapes);
    CommandResult.of("verify", train, deploy).assertDone();
    CommandResult.of("convert", deploy, "-o", folder.resolve("deploy.onnx")).assertDone();
  }
}
