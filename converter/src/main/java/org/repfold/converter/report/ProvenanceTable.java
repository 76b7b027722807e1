package org.repfold.converter.report;

import java.util.stream.Collectors;

/** Files with their fingerprints, and the circumstances of the run. */
final class ProvenanceTable {
  private ProvenanceTable() {}

  static void draw(Markup out, Report report) {
    Provenance provenance = report.provenance();
    out.open("div", "class", "scroll").open("table", "class", "wide").open("thead").open("tr");
    out.element("th", "File").element("th", "Role").element("th", "SHA-256");
    out.close().close().open("tbody");
    for (Provenance.File file : provenance.files()) {
      out.open("tr").element("th", file.name(), "scope", "row").element("td", file.role());
      out.open("td").element("code", file.sha256(), "class", "hash").close().close();
    }
    out.close().close().close();
    out.open("table", "class", "facts").open("tbody");
    fact(out, "Repfold", provenance.repfoldVersion());
    fact(
        out,
        "Command",
        provenance.commandLine().isEmpty() ? "called from Java" : provenance.commandLine());
    fact(out, "Rules applied", String.join(", ", provenance.rules()));
    fact(
        out,
        "Probes",
        "seed "
            + provenance.seed()
            + ": "
            + report.probes().stream()
                .map(probe -> probe.samples() + " " + probe.kind())
                .collect(Collectors.joining(", ")));
    fact(out, "Backend", provenance.backend());
    fact(out, "Instruction sets", String.join(", ", provenance.instructionSets()));
    fact(out, "Threads", Integer.toString(provenance.threads()));
    if (!report.timings().verificationSeconds().isEmpty()) {
      fact(
          out,
          "Verification took",
          new java.util.TreeMap<>(report.timings().verificationSeconds())
              .entrySet().stream()
                  .map(e -> e.getKey() + " " + Numbers.significant(e.getValue()) + " s")
                  .collect(Collectors.joining(", ")));
    }
    out.close().close();
  }

  private static void fact(Markup out, String label, String value) {
    out.open("tr").element("th", label, "scope", "row");
    out.element("td", value.isEmpty() ? Numbers.NONE : value).close();
  }
}
