package org.repfold.zoo.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/**
 * A graph in training on disk: an ordinary DL4J zip with updater state, which any DL4J program
 * loads, and the recipe beside it in the same zip. The steps done are in DL4J's configuration.
 *
 * @param graph the graph, its updater state and its iteration count
 * @param recipe the recipe of the run
 */
public record Checkpoint(ComputationGraph graph, TrainingRecipe recipe) {
  private static final String RECIPE_ENTRY = "repfold-recipe.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Writes atomically: to a temporary file beside the target, flushed, then renamed. A file that
   * existed stays whole whatever happens.
   */
  public void write(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    Path temporary =
        target.resolveSibling(
            "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      ModelSerializer.writeModel(graph, temporary.toFile(), true);
      try (FileSystem zip = FileSystems.newFileSystem(temporary)) {
        Files.writeString(zip.getPath(RECIPE_ENTRY), JSON.writeValueAsString(recipe));
      }
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Reads a checkpoint.
   *
   * @throws IOException naming the file, if it is missing or no checkpoint
   */
  public static Checkpoint read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such checkpoint");
    }
    TrainingRecipe recipe;
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      Path entry = zip.getPath(RECIPE_ENTRY);
      if (!Files.exists(entry)) {
        throw new IOException(file + ": no training checkpoint, it has no " + RECIPE_ENTRY);
      }
      recipe = JSON.readValue(Files.readString(entry), TrainingRecipe.class);
    } catch (java.nio.file.ProviderNotFoundException | java.util.zip.ZipException e) {
      throw new IOException(file + ": not a zip file", e);
    }
    try {
      return new Checkpoint(ModelSerializer.restoreComputationGraph(file.toFile(), true), recipe);
    } catch (UncheckedIOException | IllegalStateException e) {
      throw new IOException(file + ": not a DL4J graph: " + e.getMessage(), e);
    }
  }
}
