package org.repfold.cli;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsReader;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.repmlpnet.RepMLPNetFamily;

/**
 * A small RepMLPNet, with what the reference implementation makes of it and computes.
 *
 * @param folder where files are written
 * @param tensors those of the golden file
 * @param architecture a file that states the network
 */
record GoldenCheckpoint(Path folder, Map<String, Tensor> tensors, Path architecture) {
  private static final RepMLPNetConfiguration TINY =
      new RepMLPNetConfiguration(
          3,
          10,
          32,
          32,
          4,
          4,
          List.of(1, 2),
          List.of(16, 32),
          List.of(4, 4),
          List.of(4, 4),
          List.of(2, 8),
          List.of(1, 3),
          4);

  static GoldenCheckpoint in(Path folder) throws IOException {
    String json = new Architecture("tiny", new RepMLPNetFamily(), TINY).toJson();
    return new GoldenCheckpoint(
        folder,
        SafetensorsReader.read(resource("golden.safetensors")).tensors(),
        Files.writeString(folder.resolve("tiny.json"), json));
  }

  private static Path resource(String name) {
    try {
      return Path.of(GoldenCheckpoint.class.getResource("/checkpoints/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Tensor tensor(String name) {
    return tensors.get(name);
  }

  Map<String, Tensor> stateDict(String form) {
    Map<String, Tensor> stateDict = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(form + ".")) {
            stateDict.put(name.substring(form.length() + 1), tensor);
          }
        });
    return stateDict;
  }

  Path write(String name, Map<String, Tensor> stateDict) {
    Path file = folder.resolve(name);
    SafetensorsWriter.write(new Safetensors(stateDict, Map.of("format", "pt")), file, true);
    return file;
  }

  /** The network in one kind of checkpoint. */
  Path checkpoint(String kind) {
    return switch (kind) {
      case "pth" -> resource("training.pth");
      case "safetensors" -> write("train.safetensors", stateDict("train"));
      default -> write("official.safetensors", stateDict("deploy"));
    };
  }

  Path convert(Path input, String output) {
    Path file = folder.resolve(output);
    CommandResult.of("convert", input, "-o", file, "--arch", architecture).assertDone();
    return file;
  }
}
