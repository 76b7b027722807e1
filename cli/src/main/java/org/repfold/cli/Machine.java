package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.factory.Nd4j;

/** What the processor can do. */
final class Machine {
  private static final List<String> KNOWN =
      List.of("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16");

  private Machine() {}

  /** ND4J's backend and its BLAS. */
  static String backend() {
    return Nd4j.getBackend().getClass().getSimpleName()
        + " ("
        + openblas_nolapack.OPENBLAS_VERSION.strip()
        + ")";
  }

  /** The processor's name and instruction sets, as far as the system tells them. */
  static String description() {
    String name =
        cpuInfo()
            .filter(line -> line.startsWith("model name"))
            .findFirst()
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .orElse(System.getProperty("os.arch"));
    return name + ", " + threads() + " processors, " + String.join(" ", instructionSets());
  }

  /** Threads that computations use. */
  static int threads() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** The vector instruction sets, narrowest first; empty where the system does not tell. */
  static List<String> instructionSets() {
    Set<String> flags =
        cpuInfo()
            .filter(line -> line.startsWith("flags"))
            .findFirst()
            .map(line -> Set.copyOf(Arrays.asList(line.split("[:\\s]+"))))
            .orElse(Set.of());
    return KNOWN.stream().filter(flags::contains).toList();
  }

  private static Stream<String> cpuInfo() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }
}
