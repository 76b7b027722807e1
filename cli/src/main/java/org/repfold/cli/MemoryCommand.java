package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.Families;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the memory that the conversion of a checkpoint takes. */
@Command(
    name = "checkpoint-memory",
    hidden = true,
    description =
        "Writes a checkpoint of a RepMLPNet of some size with random weights, converts it in a"
            + " process of its own, and prints the most memory that it had.",
    footer = {"", "Example:", "  scripts/checkpoint-memory --megabytes 1000 --heap 700m"})
final class MemoryCommand extends ConsoleCommand {
  private static final int FIRST_CHANNELS = 128;
  private static final double MEGABYTE = 1e6;

  @Option(
      names = "--megabytes",
      description = "At least this size of the checkpoint (${DEFAULT-VALUE}).")
  private int megabytes = 1000;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description = "The limit of the heap, as -Xmx takes it (700m); default: the JVM's own.")
  private String heap = "";

  @Option(names = "--no-verify", description = "Convert without verification.")
  private boolean noVerify;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = "Where to write the files; default: the folder for temporary files.")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Override
  public Integer call() throws IOException {
    Architecture architecture = ofSize(megabytes * MEGABYTE);
    Path own = Files.createTempDirectory(folder, "repfold-memory");
    Path checkpoint = own.resolve("checkpoint.safetensors");
    Path description = own.resolve("architecture.json");
    Path output = own.resolve("deploy.onnx");
    try {
      Files.writeString(description, architecture.toJson());
      RandomCheckpoint.write(architecture, checkpoint);
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "convert",
                  checkpoint.toString(),
                  "--arch",
                  description.toString(),
                  "-o",
                  output.toString()));
      if (noVerify) {
        arguments.add("--no-verify");
      }
      ConversionMemory memory = ConversionMemory.measure(heap, arguments);
      print(memory, Files.size(checkpoint));
      return memory.exitCode();
    } finally {
      for (Path file : List.of(checkpoint, description, output, data(output), own)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static Path data(Path model) {
    return model.resolveSibling(model.getFileName() + ".data");
  }

  /** A RepMLPNet on 256 x 256 images whose third stage is as deep as it takes. */
  private static Architecture ofSize(double bytes) {
    for (int blocks = 1; blocks <= 1000; blocks++) {
      Architecture architecture = ofBlocks(blocks);
      double size =
          Float.BYTES
              * OfficialTensors.of(architecture.configuration(), Form.TRAIN).values().stream()
                  .mapToLong(Shape::elements)
                  .sum();
      if (size >= bytes) {
        return architecture;
      }
    }
    throw new BadInputException("--megabytes: expected a smaller size");
  }

  private static Architecture ofBlocks(int blocks) {
    List<Integer> channels =
        List.of(FIRST_CHANNELS, 2 * FIRST_CHANNELS, 4 * FIRST_CHANNELS, 8 * FIRST_CHANNELS);
    List<Integer> maps = List.of(64, 32, 16, 8);
    return new Architecture(
        "repmlpnet",
        Families.all().stream().filter(f -> f.name().equals("repmlpnet")).findFirst().orElseThrow(),
        new RepMLPNetConfiguration(
            3,
            1000,
            256,
            256,
            4,
            4,
            List.of(2, 2, blocks, 2),
            channels,
            maps,
            maps,
            List.of(1, 4, 32, 256),
            List.of(1, 3),
            4));
  }

  private void print(ConversionMemory memory, long checkpoint) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("checkpointBytes", checkpoint);
    document.put("ownBytes", memory.ownBytes());
    document.put("fileBytes", memory.fileBytes());
    document.put("seconds", memory.seconds());
    console()
        .line(
            "checkpoint %.0f MB; heap and native memory at most %.0f MB (%.2f times as much);"
                + " mapped files at most %.0f MB; %.0f s",
            checkpoint / MEGABYTE,
            memory.ownBytes() / MEGABYTE,
            (double) memory.ownBytes() / checkpoint,
            memory.fileBytes() / MEGABYTE,
            memory.seconds());
    console().document(document);
  }
}
