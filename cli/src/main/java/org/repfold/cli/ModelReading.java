package org.repfold.cli;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.report.GraphSummary;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.OfficialForm;
import org.repfold.zoo.catalog.PretrainedNetwork;
import picocli.CommandLine.Option;

/** How a command reads models: also those with layers of a user's own, where their jar is given. */
final class ModelReading {
  private static final String CLASS = ".class";

  @Option(
      names = "--classes",
      paramLabel = "JAR",
      description = "Layers of your own that a DL4J zip names. Their code runs: trust it.")
  private Path jar;

  @Option(
      names = "--arch",
      paramLabel = "NAME|FILE.json",
      description =
          "Architecture of a checkpoint, where its tensors do not tell ('repfold models' lists"
              + " those known); DL4J zips and ONNX models state their own.")
  private String name;

  @Option(
      names = "--section",
      paramLabel = "KEY",
      description =
          "Key of the tensors to take, of a PyTorch file that has several; default: averaged ones"
              + " before others.")
  private String section;

  private Optional<Architecture> known = Optional.empty();

  /** Reads back a model that the command has written. */
  ModelFile readBack(Path file) {
    return read(file, Map.of(), Optional.empty(), remark -> {});
  }

  /** Reads a deploy form: as {@link #read}, but it states its shapes and has one section. */
  ModelFile readDeployForm(Path file, Console console) {
    return read(file, Map.of(), Optional.empty(), remark -> say(console, file, remark));
  }

  /**
   * Reads a model. Of a checkpoint, says what was chosen in reading it; all checkpoints of a
   * command are of one architecture.
   *
   * @throws BadInputException as {@link ModelFile#read(Path, Map, Set)} and {@link
   *     PretrainedNetwork#read}, or if the jar is none, or there is no such architecture
   */
  ModelFile read(Path file, Map<String, Shape> inputShapes, Console console) {
    return read(
        file, inputShapes, Optional.ofNullable(section), remark -> say(console, file, remark));
  }

  private static void say(Console console, Path file, String remark) {
    console.line("%s: %s", file, remark);
  }

  private ModelFile read(
      Path file,
      Map<String, Shape> inputShapes,
      Optional<String> wanted,
      Consumer<String> remarks) {
    Optional<Architecture> stated = architecture();
    if (ModelFile.formatOf(file) != ModelFile.Format.PYTORCH) {
      return computable(ModelFile.read(file, inputShapes, jar == null ? Set.of() : load()));
    }
    if (!inputShapes.isEmpty()) {
      throw new BadInputException(
          file + ": expected no input shapes, as a checkpoint's architecture states them");
    }
    return computable(remember(PretrainedNetwork.read(file, stated, wanted), remarks).model());
  }

  /** A graph whose batch is open may still rule out a batch of 1, which all commands compute. */
  private static ModelFile computable(ModelFile model) {
    try {
      GraphSummary.of(model.graph());
      return model;
    } catch (BadInputException e) {
      throw new BadInputException(model.path() + ": for a batch of 1, " + e.getMessage(), e);
    }
  }

  /**
   * What the official code of a network of the zoo deploys.
   *
   * @throws BadInputException if the model is no such network
   */
  OfficialForm officialForm(ModelFile model, Console console) {
    if (model.format() == ModelFile.Format.ONNX) {
      throw new BadInputException(
          model.path()
              + ": expected a checkpoint, or a DL4J zip of a network of the zoo, to write a"
              + " checkpoint of, found an ONNX model, whose weights have lost their official names");
    }
    if (model.format() == ModelFile.Format.DL4J) {
      remember(
          PretrainedNetwork.recognise(model, architecture()),
          remark -> say(console, model.path(), remark));
    }
    OfficialForm form = known.orElseThrow().officialForm();
    if (form.folds().isEmpty()) {
      say(console, model.path(), "the official code has no deploy form, only its train form");
    }
    return form;
  }

  private Optional<Architecture> architecture() {
    if (known.isEmpty() && name != null) {
      known = Optional.of(Architecture.find(name));
    }
    return known;
  }

  private PretrainedNetwork remember(PretrainedNetwork network, Consumer<String> remarks) {
    network.remarks().forEach(remarks);
    known = Optional.of(network.architecture());
    return network;
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
