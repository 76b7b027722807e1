package org.repfold.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.Refusal;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.report.GraphDrawing;
import org.repfold.converter.report.GraphSummary;
import org.repfold.graph.Graph;
import org.repfold.graph.file.OutputFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is in a model, and what folding would make of it. */
@Command(
    name = "inspect",
    description =
        "Inputs, outputs, operators, parameters; which folds apply, which are refused and why.",
    footer = {"", "Example:", "  repfold inspect train.zip --svg train.svg"})
final class InspectCommand extends ConsoleCommand {
  @Parameters(paramLabel = "FILE", description = "A DL4J zip, an ONNX model or a checkpoint.")
  private Path file;

  @Option(names = "--svg", paramLabel = "FILE", description = "Draw the graph into this file.")
  private Path svg;

  @Option(
      names = "--dot",
      paramLabel = "FILE",
      description = "Write the graph into this file in Graphviz's language.")
  private Path dot;

  @Option(names = "--folded", description = "Draw the graph as it is after folding.")
  private boolean drawFolded;

  @Option(names = "--force", description = "Replace existing drawings.")
  private boolean force;

  @Mixin private InputShapeOption inputShapes;
  @Mixin private ModelReading models;

  @Override
  public Integer call() {
    for (Path drawing : Stream.of(svg, dot).filter(Objects::nonNull).toList()) {
      OutputFile.requireWritable(drawing, force);
    }
    ModelFile model = models.read(file, inputShapes.shapes(), console());
    Folding folding = Folder.fold(model.graph());
    print(model, folding);
    draw(drawFolded ? folding.folded() : model.graph());
    console().document(document(model, folding));
    return Main.DONE;
  }

  private void draw(Graph graph) {
    GraphSummary summary = GraphSummary.of(graph);
    String title = file.getFileName().toString();
    if (svg != null) {
      write(svg, GraphDrawing.svg(title, summary));
    }
    if (dot != null) {
      write(dot, GraphDrawing.dot(title, summary));
    }
  }

  private void write(Path drawing, String text) {
    OutputFile.write(drawing, force, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    console().line("wrote %s", drawing);
  }

  private void print(ModelFile model, Folding folding) {
    Graph graph = model.graph();
    String kind =
        switch (model.format()) {
          case DL4J -> "DL4J graph";
          case ONNX -> "ONNX model";
          case PYTORCH -> "checkpoint";
        };
    console().line("%s: %s", file, kind);
    graph.inputs().forEach(i -> console().line("input   %s %s", i.name(), i.shape()));
    graph.outputs().forEach(o -> console().line("output  %s %s", o, graph.shape(o)));
    console()
        .line(
            "now     %,d parameters, %,d FLOPs per sample, %d nodes",
            graph.parameterCount(), GraphSummary.of(graph).flops(), graph.nodes().size());
    console()
        .line(
            "folded  %,d parameters, %,d FLOPs per sample, %d nodes",
            folding.folded().parameterCount(),
            GraphSummary.of(folding.folded()).flops(),
            folding.folded().nodes().size());
    console().line("%n%-20s %8s %8s", "operator", "now", "folded");
    Map<String, Integer> after = folding.folded().operatorCounts();
    Map<String, Integer> all = new TreeMap<>(after);
    all.putAll(graph.operatorCounts());
    all.keySet()
        .forEach(
            type ->
                console()
                    .line(
                        "%-20s %8d %8d",
                        type,
                        graph.operatorCounts().getOrDefault(type, 0),
                        after.getOrDefault(type, 0)));
    console().line("%n%-32s %s", "fold", "times");
    foldCounts(folding).forEach((rule, count) -> console().line("%-32s %5d", rule, count));
    if (folding.steps().isEmpty()) {
      console().line("none applies");
    }
    if (!folding.refusals().isEmpty()) {
      console().line("%nFolds that nearly apply:");
    }
    for (Refusal refusal : folding.refusals()) {
      console().line("%s at %s", refusal.rule(), String.join(", ", refusal.nodes()));
      console().line("    %s", refusal.reason());
    }
  }

  private static Map<String, Integer> foldCounts(Folding folding) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    folding.steps().forEach(step -> counts.merge(step.rule(), 1, Integer::sum));
    return counts;
  }

  private static Map<String, Object> document(ModelFile model, Folding folding) {
    Graph graph = model.graph();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put(
        "inputs",
        graph.inputs().stream()
            .map(i -> Map.of("name", i.name(), "shape", i.shape().toArray()))
            .toList());
    document.put(
        "outputs",
        graph.outputs().stream()
            .map(o -> Map.of("name", o, "shape", graph.shape(o).toArray()))
            .toList());
    document.put("parameters", graph.parameterCount());
    document.put("flops", GraphSummary.of(graph).flops());
    document.put("operators", withBatchNormalization(graph));
    document.put("folds", folding.steps());
    document.put("refusals", folding.refusals());
    document.put(
        "folded",
        Map.of(
            "parameters", folding.folded().parameterCount(),
            "flops", GraphSummary.of(folding.folded()).flops(),
            "operators", withBatchNormalization(folding.folded())));
    return document;
  }

  /** Operator counts that say 0 of BatchNormalization too, the figure that scripts ask for. */
  private static Map<String, Integer> withBatchNormalization(Graph graph) {
    Map<String, Integer> counts = new TreeMap<>(graph.operatorCounts());
    counts.putIfAbsent("BatchNormalization", 0);
    return counts;
  }
}
