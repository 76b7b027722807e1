package org.repfold.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.file.OutputFile;
import org.repfold.zoo.Family;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.Families;
import org.repfold.zoo.catalog.NetworkSize;
import org.repfold.zoo.catalog.Sizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the zoo. */
@Command(
    name = "models",
    description =
        "The zoo: parameters and FLOPs of both forms, as counted in the networks and what they are"
            + " converted to.",
    footer = {"", "Examples:", "  repfold models --json", "  repfold models --measure"})
final class ModelsCommand extends ConsoleCommand {
  @Option(
      names = "--measure",
      description = "Build, convert and count each network now, which takes minutes.")
  private boolean measure;

  @Option(names = "--save", hidden = true, paramLabel = "FILE")
  private Path save;

  @Override
  public Integer call() {
    Map<String, NetworkSize> known = measure ? Map.of() : Sizes.measured();
    Map<String, NetworkSize> sizes = new LinkedHashMap<>();
    List<Map<String, Object>> models = new ArrayList<>();
    console().line("%-26s %14s %14s %10s %10s", "", "parameters", "", "GFLOPs", "");
    console()
        .line("%-26s %14s %14s %10s %10s", "name", "train form", "deploy form", "train", "deploy");
    for (Architecture architecture : Families.architectures()) {
      String name = architecture.name();
      NetworkSize size = measure ? NetworkSize.measure(architecture) : known.get(name);
      sizes.put(name, size);
      console()
          .line(
              "%-26s %,14d %,14d %10.3f %10.3f",
              name,
              size.train().parameters(),
              size.deploy().parameters(),
              size.train().flops() / 1e9,
              size.deploy().flops() / 1e9);
      models.add(document(architecture, size));
    }
    console().line("FLOPs are two for each multiply-add, batch 1");
    for (Family family : Families.all()) {
      console().line("%s", family.paper());
    }
    if (save != null) {
      OutputFile.write(save, true, out -> out.write(Sizes.write(sizes)));
    }
    console().document(models);
    return Main.DONE;
  }

  private static Map<String, Object> document(Architecture architecture, NetworkSize size) {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("name", architecture.name());
    model.put("family", architecture.family().name());
    model.put("paper", architecture.family().paper());
    model.put(
        "parameters",
        Map.of("train", size.train().parameters(), "deploy", size.deploy().parameters()));
    model.put("flops", Map.of("train", size.train().flops(), "deploy", size.deploy().flops()));
    return model;
  }
}
