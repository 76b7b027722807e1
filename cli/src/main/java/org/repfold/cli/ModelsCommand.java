package org.repfold.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.zoo.catalog.FormSize;
import org.repfold.zoo.repmlpnet.RepMLPNets;
import picocli.CommandLine.Command;

/** Lists the zoo. */
@Command(
    name = "models",
    description = "The zoo: parameters and FLOPs of both forms, computed from the configurations.",
    footer = {"", "Example:", "  repfold models --json"})
final class ModelsCommand extends ConsoleCommand {
  private static final String PAPER = "RepMLPNet, CVPR 2022, arXiv:2112.11081";

  @Override
  public Integer call() {
    List<Map<String, Object>> models = new ArrayList<>();
    console().line("%-18s %14s %14s %10s %10s", "", "parameters", "", "GFLOPs", "");
    console()
        .line("%-18s %14s %14s %10s %10s", "name", "train form", "deploy form", "train", "deploy");
    RepMLPNets.all()
        .forEach(
            (name, configuration) -> {
              FormSize train = FormSize.train(configuration);
              FormSize deploy = FormSize.deploy(configuration);
              console()
                  .line(
                      "%-18s %,14d %,14d %10.3f %10.3f",
                      name,
                      train.parameters(),
                      deploy.parameters(),
                      train.flops() / 1e9,
                      deploy.flops() / 1e9);
              Map<String, Object> model = new LinkedHashMap<>();
              model.put("name", name);
              model.put("family", "repmlpnet");
              model.put("paper", PAPER);
              model.put(
                  "parameters", Map.of("train", train.parameters(), "deploy", deploy.parameters()));
              model.put("flops", Map.of("train", train.flops(), "deploy", deploy.flops()));
              models.add(model);
            });
    console().line("%s; FLOPs are two for each multiply-add, batch 1", PAPER);
    console().document(models);
    return Main.DONE;
  }
}
