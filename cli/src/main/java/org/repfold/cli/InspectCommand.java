package org.repfold.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.Refusal;
import org.repfold.converter.io.ModelFile;
import org.repfold.graph.Graph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says what is in a model, and what folding would make of it. */
@Command(
    name = "inspect",
    description =
        "Inputs, outputs, operators, parameters; which folds apply, which are refused and why.",
    footer = {"", "Example:", "  repfold inspect train.zip"})
final class InspectCommand extends ConsoleCommand {
  @Parameters(paramLabel = "FILE", description = "A DL4J zip or an ONNX model.")
  private Path file;

  @Override
  public Integer call() {
    ModelFile model = ModelFile.read(file);
    Folding folding = Folder.fold(model.graph());
    print(model, folding);
    console().document(document(model, folding));
    return Main.DONE;
  }

  private void print(ModelFile model, Folding folding) {
    Graph graph = model.graph();
    console()
        .line(
            "%s: %s", file, model.format() == ModelFile.Format.DL4J ? "DL4J graph" : "ONNX model");
    graph.inputs().forEach(i -> console().line("input   %s %s", i.name(), i.shape()));
    graph.outputs().forEach(o -> console().line("output  %s %s", o, graph.shape(o)));
    console()
        .line(
            "%,d parameters in %d nodes; folded %,d in %d",
            graph.parameterCount(),
            graph.nodes().size(),
            folding.folded().parameterCount(),
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
    for (Refusal refusal : folding.refusals()) {
      console()
          .line("refused %s at %s: %s", refusal.rule(), refusal.nodes().get(0), refusal.reason());
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
    document.put("operators", withBatchNormalization(graph));
    document.put("folds", folding.steps());
    document.put("refusals", folding.refusals());
    document.put(
        "folded",
        Map.of(
            "parameters", folding.folded().parameterCount(),
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
