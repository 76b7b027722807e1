package org.repfold.zoo.catalog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.converter.io.Checkpoint;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;
import org.repfold.zoo.OfficialTensors;

/**
 * A network of the zoo, found in a model file.
 *
 * @param model the file and its network
 * @param architecture what network it is
 * @param form the form that it is in
 * @param remarks what was chosen in reading it, and why, a sentence each
 */
public record PretrainedNetwork(
    ModelFile model, Architecture architecture, Form form, List<String> remarks) {
  public PretrainedNetwork {
    remarks = List.copyOf(remarks);
  }

  /**
   * Reads a checkpoint with official names, of the train form or the official deploy form.
   *
   * @param stated the architecture; where empty, it is told from the tensors
   * @param section the key of the tensors, of a PyTorch file that has several; where empty, the one
   *     that trainings mean to be used
   * @throws BadInputException in one line, starting with the file, if it cannot be read; listing
   *     all tensors that are missing, unexpected or mis-shaped; or all architectures that fit where
   *     there is more than one
   */
  public static PretrainedNetwork read(
      Path file, Optional<Architecture> stated, Optional<String> section) {
    Checkpoint checkpoint = Checkpoint.read(file, section);
    List<String> remarks = new ArrayList<>(remarks(checkpoint));
    try {
      Map<String, Tensor> tensors = translated(checkpoint.tensors(), remarks);
      Architecture architecture =
          stated
              .map(known -> known.named(tensors.keySet()))
              .orElseGet(() -> guess(tensors, Optional.empty(), remarks));
      Form form = architecture.family().formOf(tensors.keySet());
      remarks.add(
          "%s form of %s".formatted(form.name().toLowerCase(Locale.ROOT), architecture.name()));
      Graph graph = architecture.graph(form, tensors);
      ModelFile model = new ModelFile(file, ModelFile.Format.PYTORCH, graph, Optional.empty());
      return new PretrainedNetwork(model, architecture, form, remarks);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Finds out which network of the zoo a DL4J graph is: one that its families build.
   *
   * @param stated the architecture; where empty, it is told from the parameters
   * @throws BadInputException in one line, starting with the file, if it is none
   */
  public static PretrainedNetwork recognise(ModelFile model, Optional<Architecture> stated) {
    Graph graph = model.graph();
    List<String> remarks = new ArrayList<>();
    try {
      Map<String, Tensor> tensors = GraphStateDict.of(graph);
      Optional<Shape> image = Optional.of(graph.inputs().get(0).shape()).filter(s -> s.rank() == 4);
      Architecture architecture =
          stated
              .map(known -> known.named(tensors.keySet()))
              .orElseGet(() -> guess(tensors, image, remarks));
      Form form = architecture.family().formOf(tensors.keySet());
      Map<String, Shape> official = OfficialTensors.of(architecture.configuration(), form);
      Graph expected = architecture.graph(form, GraphStateDict.of(graph, official));
      if (!Set.copyOf(expected.nodes()).equals(Set.copyOf(graph.nodes()))) {
        throw new BadInputException(
            "expected " + architecture.name() + ", found other operators between its layers");
      }
      return new PretrainedNetwork(model, architecture, form, remarks);
    } catch (BadInputException e) {
      throw new BadInputException(
          model.path()
              + ": expected a network of the zoo, as only its official code loads a checkpoint: "
              + e.getMessage(),
          e);
    }
  }

  private static Map<String, Tensor> translated(Map<String, Tensor> tensors, List<String> remarks) {
    for (Family family : Families.all()) {
      Optional<Map<String, Tensor>> translated = family.translated(tensors);
      if (translated.isPresent()) {
        remarks.add("names of the official code of %s, read as timm's".formatted(family.title()));
        return translated.get();
      }
    }
    return tensors;
  }

  private static Architecture guess(
      Map<String, Tensor> tensors, Optional<Shape> image, List<String> remarks) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    ArchitectureGuess guess = ArchitectureGuess.of(shapes, image);
    remarks.add("taken for " + guess.architecture().name() + ": " + guess.reason());
    return guess.architecture();
  }

  private static List<String> remarks(Checkpoint checkpoint) {
    List<String> remarks = new ArrayList<>();
    checkpoint
        .section()
        .ifPresent(
            section ->
                remarks.add(
                    "tensors of '%s'%s"
                        .formatted(
                            section,
                            checkpoint.otherSections().isEmpty()
                                ? ""
                                : ", not of '"
                                    + String.join("', '", checkpoint.otherSections())
                                    + "'")));
    if (!checkpoint.strippedPrefixes().isEmpty()) {
      remarks.add(
          "took '%s' from the names".formatted(String.join("', '", checkpoint.strippedPrefixes())));
    }
    return remarks;
  }
}
