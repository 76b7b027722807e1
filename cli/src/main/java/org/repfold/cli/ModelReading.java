package org.repfold.cli;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.repfold.converter.io.ModelFile;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import picocli.CommandLine.Option;

/** How a command reads models: also those with layers of a user's own, where their jar is given. */
final class ModelReading {
  private static final String CLASS = ".class";

  @Option(
      names = "--classes",
      paramLabel = "JAR",
      description = "Layers of your own that a DL4J zip names. Their code runs: trust it.")
  private Path jar;

  /** As {@link #read(Path, Map)}, of a model that fixes the shapes of its inputs. */
  ModelFile read(Path file) {
    return read(file, Map.of());
  }

  /**
   * Reads a model.
   *
   * @throws BadInputException as {@link ModelFile#read(Path, Map, Set)}, or if the jar is none
   */
  ModelFile read(Path file, Map<String, Shape> inputShapes) {
    return ModelFile.read(file, inputShapes, jar == null ? Set.of() : load());
  }

  /** Lets DL4J find the jar's classes, for as long as the program runs; gives their names. */
  private Set<String> load() {
    if (!Files.isRegularFile(jar)) {
      throw new BadInputException(jar + ": expected a jar of classes, found no such file");
    }
    try (JarFile content = new JarFile(jar.toFile())) {
      Thread thread = Thread.currentThread();
      thread.setContextClassLoader(
          new URLClassLoader(new URL[] {jar.toUri().toURL()}, thread.getContextClassLoader()));
      return content.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(CLASS))
          .map(name -> name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new BadInputException(jar + ": expected a jar of classes: " + e.getMessage(), e);
    }
  }
}
