package org.repfold.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;

/** Says what Repfold computes with here, how fast that is, and what holds it back. */
@Command(
    name = "doctor",
    description =
        "Backend, instruction set, BLAS, threads, memory, and known problems with their fix.",
    footer = {"", "Example:", "  repfold doctor --json"})
final class DoctorCommand extends ConsoleCommand {
  /** What OpenBLAS takes an x86-64 CPU for that it does not know. */
  private static final String FALLBACK_CORE = "Prescott";

  @Override
  public Integer call() {
    Map<String, Object> facts = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    Runtime runtime = Runtime.getRuntime();
    facts.put("repfold", Main.Version.number());
    facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("backend", Nd4j.getBackend().getClass().getSimpleName());
    facts.put("instructionSets", Machine.instructionSets());
    facts.put("processors", runtime.availableProcessors());
    facts.put("maxHeapMegabytes", runtime.maxMemory() >> 20);
    facts.put("blas", openblas_nolapack.OPENBLAS_VERSION.strip());
    Optional<Gemm.Measurement> own = Gemm.measure(Optional.empty());
    Optional<Gemm.Measurement> fallback =
        isIntel() ? Gemm.measure(Optional.of(FALLBACK_CORE)) : Optional.empty();
    own.ifPresent(
        measured -> {
          facts.put("blasCore", measured.core());
          facts.put("gemmGigaFlops", rounded(measured.gigaFlops()));
          fallback.ifPresent(
              generic -> {
                facts.put("gemmGigaFlopsUnknownCpu", rounded(generic.gigaFlops()));
                facts.put("gemmSpeedUp", rounded(measured.gigaFlops() / generic.gigaFlops()));
              });
        });
    lookForProblems(own.map(Gemm.Measurement::core).orElse("unknown"), problems);
    facts.put("problems", problems);
    print(facts, problems);
    console().document(facts);
    return Main.DONE;
  }

  private void print(Map<String, Object> facts, List<String> problems) {
    facts.forEach(
        (name, value) -> {
          if (!name.equals("problems")) {
            console().line("%-24s %s", name, value);
          }
        });
    if (facts.containsKey("gemmSpeedUp")) {
      console()
          .line(
              "%-24s %s",
              "",
              "(an OpenBLAS that does not know this CPU, as the one that ND4J brings, takes it for a "
                  + FALLBACK_CORE
                  + ")");
    }
    if (problems.isEmpty()) {
      console().line("no known problems");
    }
    problems.forEach(problem -> console().line("problem: %s", problem));
  }

  private static void lookForProblems(String core, List<String> problems) {
    String forced = System.getenv("OPENBLAS_CORETYPE");
    if (forced != null) {
      problems.add(
          "OPENBLAS_CORETYPE="
              + forced
              + " holds OpenBLAS to that core; fix: unset OPENBLAS_CORETYPE");
    }
    if (core.equalsIgnoreCase(FALLBACK_CORE) || core.equalsIgnoreCase("generic")) {
      problems.add(
          "OpenBLAS does not know this CPU and uses its slowest kernels; fix: set REPFOLD_OPENBLAS_CORETYPE to the"
              + " nearest core it knows, such as Haswell or SkylakeX");
    }
    if (!"PASSIVE".equalsIgnoreCase(System.getenv("OMP_WAIT_POLICY"))) {
      problems.add(
          "OMP_WAIT_POLICY is not PASSIVE: timings are erratic while anything else runs; fix: export OMP_WAIT_POLICY=PASSIVE");
    }
    if (Runtime.getRuntime().maxMemory() < 2L << 30) {
      problems.add(
          "the heap is under 2 GiB, too small for the largest models; fix: export REPFOLD_JAVA_OPTIONS=-Xmx4g");
    }
  }

  private static boolean isIntel() {
    return System.getProperty("os.arch").matches("amd64|x86_64");
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
