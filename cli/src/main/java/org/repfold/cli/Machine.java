package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What the processor can do. */
final class Machine {
  private static final List<String> KNOWN =
      List.of("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16");

  private Machine() {}

  /** The vector instruction sets, narrowest first; empty where the system does not tell. */
  static List<String> instructionSets() {
    try {
      Set<String> flags =
          Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
              .filter(line -> line.startsWith("flags"))
              .findFirst()
              .map(line -> Set.copyOf(Arrays.asList(line.split("[:\\s]+"))))
              .orElse(Set.of());
      return KNOWN.stream().filter(flags::contains).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
