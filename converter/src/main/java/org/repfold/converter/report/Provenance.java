package org.repfold.converter.report;

import java.util.List;

/**
 * What a report was made of and with.
 *
 * @param files all inputs and outputs
 * @param repfoldVersion of this program
 * @param rules that were applied, in the order of their first use
 * @param seed of the probes
 * @param backend of ND4J, such as {@code CPU (OpenBLAS 0.3.31)}
 * @param instructionSets that the backend uses, such as {@code AVX2}
 * @param threads that the backend uses
 * @param commandLine as it was typed; empty if the program was called from Java
 */
public record Provenance(
    List<File> files,
    String repfoldVersion,
    List<String> rules,
    long seed,
    String backend,
    List<String> instructionSets,
    int threads,
    String commandLine) {
  public Provenance {
    files = List.copyOf(files);
    rules = List.copyOf(rules);
    instructionSets = List.copyOf(instructionSets);
  }

  /**
   * A file that went in or came out.
   *
   * @param name without its folder, so that the report is the same wherever it was made
   * @param role {@code train form}, {@code deploy form (ONNX)}, {@code data}, ...
   * @param sha256 in lower-case hexadecimal
   */
  public record File(String name, String role, String sha256) {}
}
