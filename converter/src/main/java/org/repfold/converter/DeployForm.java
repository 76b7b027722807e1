package org.repfold.converter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.io.dl4j.Dl4jGraph;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.dl4j.Dl4jWriter;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.converter.verify.certificate.Certificates;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.onnx.OnnxWriter;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;

/**
 * A deploy form as one kind of file holds it.
 *
 * @param format the kind of file
 * @param folding from the train form to this one, exact (float64): what verification compares with
 * @param certificates of the folding's steps
 * @param shipped what the file computes, of the same nodes, parameters rounded to float32
 * @param dl4j the DL4J graph, where the file holds one
 * @param shapes those that a checkpoint's tensors are to have, by name, where they are known
 */
public record DeployForm(
    ModelFile.Format format,
    Folding folding,
    Certificates certificates,
    Graph shipped,
    Optional<ComputationGraph> dl4j,
    Map<String, Shape> shapes) {

  /**
   * The deploy form for a kind of file. A checkpoint holds the parameters under the names of the
   * nodes that they belong to; whoever loads it must know a network of such modules.
   *
   * @param source the DL4J graph that was converted, whose untouched vertices a DL4J file keeps
   * @param metadata free text (provenance) for the file
   * @throws BadInputException if the format has no counterpart of a node, naming it
   */
  public static DeployForm of(
      Conversion conversion,
      ModelFile.Format format,
      Optional<Dl4jGraph> source,
      Map<String, String> metadata) {
    return switch (format) {
      case ONNX -> onnx(conversion, metadata);
      case DL4J -> dl4j(conversion, source, metadata);
      case PYTORCH -> checkpoint(conversion, Map.of(), metadata);
    };
  }

  private static DeployForm onnx(Conversion conversion, Map<String, String> metadata) {
    List<FoldStep> steps = new ArrayList<>(conversion.folding().steps());
    steps.addAll(conversion.lowering().steps());
    Folding folding =
        new Folding(
            conversion.folding().source(),
            conversion.lowering().folded(),
            steps,
            conversion.folding().refusals(),
            conversion.equivalents());
    return new DeployForm(
        ModelFile.Format.ONNX,
        folding,
        conversion.certificates(),
        conversion.deploy().withMetadata(metadata),
        Optional.empty(),
        Map.of());
  }

  private static DeployForm dl4j(
      Conversion conversion, Optional<Dl4jGraph> source, Map<String, String> metadata) {
    Folding folding = conversion.folding();
    Dl4jGraph exact =
        read(Dl4jWriter.toComputationGraph(folding.folded(), source, ElementType.FLOAT64), folding);
    ComputationGraph rounded =
        Dl4jWriter.toComputationGraph(conversion.folded(), source, ElementType.FLOAT32);
    Map<String, String> equivalents = new HashMap<>();
    exact
        .values()
        .forEach(
            (vertex, value) -> {
              String train = folding.equivalents().get(vertex);
              if (train != null) {
                equivalents.put(value, train);
              }
            });
    return new DeployForm(
        ModelFile.Format.DL4J,
        new Folding(
            folding.source(), exact.graph(), folding.steps(), folding.refusals(), equivalents),
        conversion.certificates().first(folding.steps().size()),
        read(rounded, folding).graph().withMetadata(metadata),
        Optional.of(rounded),
        Map.of());
  }

  /**
   * The deploy form for a checkpoint.
   *
   * @param shapes that the modules have for their tensors, by name, where they are known
   * @param metadata free text (provenance) for the file
   */
  public static DeployForm checkpoint(
      Conversion conversion, Map<String, Shape> shapes, Map<String, String> metadata) {
    Folding folding = conversion.folding();
    return new DeployForm(
        ModelFile.Format.PYTORCH,
        folding,
        conversion.certificates().first(folding.steps().size()),
        conversion.folded().withMetadata(metadata),
        Optional.empty(),
        shapes);
  }

  private static Dl4jGraph read(ComputationGraph written, Folding folding) {
    return new Dl4jReader().read(written, folding.source().inputs());
  }

  /**
   * Writes the file, whole or not at all.
   *
   * @param force whether to replace an existing one
   * @throws BadInputException if it cannot be written
   */
  public void write(Path file, boolean force) {
    switch (format) {
      case ONNX -> OnnxWriter.write(shipped, file, force);
      case DL4J ->
          Dl4jWriter.write(dl4j.orElseThrow(), shipped.inputs(), shipped.metadata(), file, force);
      case PYTORCH -> {
        Map<String, String> metadata = new HashMap<>(shipped.metadata());
        metadata.put("format", "pt");
        Map<String, Tensor> tensors = GraphStateDict.of(shipped, shapes);
        SafetensorsWriter.write(new Safetensors(tensors, metadata), file, force);
      }
    }
  }
}
