package org.repfold.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;

/** Says what Repfold computes with here, how fast that is, and what holds it back. */
@Command(
    name = "doctor",
    description = "Backend, instruction set, BLAS, threads, memory, and known problems with their fix.",
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
    facts.put("blas", openblas_nolapack.openblas_get_config().getString().strip());
    String core = openblas_nolapack.openblas_get_corename().getString();
    facts.put("blasCore", core);
    double speed = Gemm.gigaFlops();
    facts.put("gemmGigaFlops", rounded(speed));
    OptionalDouble fallback = fallbackSpeed();
    fallback.ifPresent(
        generic -> {
          facts.put("gemmGigaFlopsUnknownCpu", rounded(generic));
          facts.put("gemmSpeedUp", rounded(speed / generic));
        });
    lookForProblems(core, problems);
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
          "OPENBLAS_CORETYPE=" + forced + " holds OpenBLAS to that core; fix: unset OPENBLAS_CORETYPE");
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

  /** The speed with the kernels that OpenBLAS uses for unknown CPUs, measured in a process of its own. */
  private static OptionalDouble fallbackSpeed() {
    if (!System.getProperty("os.arch").matches("amd64|x86_64")) {
      return OptionalDouble.empty();
    }
    String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    ProcessBuilder builder = new ProcessBuilder(java, Gemm.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("OPENBLAS_CORETYPE", FALLBACK_CORE);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return OptionalDouble.of(Double.parseDouble(printed));
    } catch (IOException | NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
