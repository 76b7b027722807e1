package org.repfold.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** How fast this machine multiplies matrices through ND4J's BLAS. */
final class Gemm {
  private static final int SIZE = 2048;
  private static final int RUNS = 7;

  private static final Pattern PRINTED =
      Pattern.compile("Core: (\\S+).*?GFLOP/s ([\\d.Ee]+)", Pattern.DOTALL);

  private Gemm() {}

  /**
   * The best of several float32 products of two 2048 x 2048 matrices, in 10^9 operations a second.
   */
  static double gigaFlops() {
    INDArray a = Nd4j.rand(DataType.FLOAT, SIZE, SIZE);
    INDArray b = Nd4j.rand(DataType.FLOAT, SIZE, SIZE);
    INDArray c = Nd4j.createUninitialized(DataType.FLOAT, new long[] {SIZE, SIZE}, 'f');
    double best = Double.MAX_VALUE;
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      Nd4j.gemm(a, b, c, false, false, 1, 0);
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return 2.0 * SIZE * SIZE * SIZE / best / 1e9;
  }

  /**
   * What a process of its own found.
   *
   * @param core the kind of CPU whose kernels OpenBLAS chose
   */
  record Measurement(String core, double gigaFlops) {}

  /**
   * Measures in a process of its own, where OpenBLAS chooses anew.
   *
   * @param core the kind of CPU to take this one for; empty to let OpenBLAS choose
   */
  static Optional<Measurement> measure(Optional<String> core) {
    String java =
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    ProcessBuilder builder = new ProcessBuilder(java, Gemm.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("OPENBLAS_VERBOSE", "2");
    core.ifPresent(name -> builder.environment().put("OPENBLAS_CORETYPE", name));
    builder.redirectErrorStream(true);
    try {
      Process process = builder.start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = PRINTED.matcher(printed);
      return matcher.find()
          ? Optional.of(new Measurement(matcher.group(1), Double.parseDouble(matcher.group(2))))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Prints the speed, for {@link #measure}. */
  public static void main(String[] arguments) {
    System.out.println("GFLOP/s " + gigaFlops());
  }
}
