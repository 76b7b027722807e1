package org.repfold.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.report.Timings;

/**
 * Measures how long engines take for a batch. All take turns of a few runs, so that a machine whose
 * speed drifts is as unfair to one as to the other. A turn begins with a pause and a run that does
 * not count: threads of the engine before would otherwise still wait for work, spinning, which in
 * production no second engine does.
 */
final class Latency {
  private static final int WARM_UP = 3;
  private static final int RUNS_IN_A_TURN = 5;
  private static final int MOST_TURNS = 12;
  private static final int FEWEST_TURNS = 1;

  /** Longer than the engines' threads spin for. */
  private static final int PAUSE_MILLISECONDS = 100;

  /** For all engines together, at one batch size. */
  private static final long NANOS_PER_BATCH_SIZE = 8_000_000_000L;

  private Latency() {}

  /** An engine that computes one of the two forms. */
  record Contender(String form, Engine engine) {}

  /**
   * Measures every contender at every batch size.
   *
   * @param images at least as many as the largest batch, {@code [N, C, H, W]}
   */
  static List<Timings.Speed> measure(
      List<Contender> contenders, INDArray images, int... batchSizes) {
    List<Timings.Speed> speeds = new ArrayList<>();
    for (int batch : batchSizes) {
      INDArray input = NdArrays.copy(images.get(NDArrayIndex.interval(0, batch)));
      List<double[]> times = times(contenders, input, MOST_TURNS, NANOS_PER_BATCH_SIZE);
      for (int i = 0; i < contenders.size(); i++) {
        speeds.add(speed(contenders.get(i), batch, times.get(i)));
      }
      NdArrays.release(input);
    }
    return speeds;
  }

  /**
   * Times of single runs.
   *
   * @param nanos after which no further turn begins, once there were a few
   * @return for each contender as many as for the others, in milliseconds, in their order
   */
  static List<double[]> times(
      List<Contender> contenders, INDArray input, int mostTurns, long nanos) {
    for (int i = 0; i < WARM_UP; i++) {
      contenders.forEach(contender -> milliseconds(contender.engine(), input));
    }
    List<DoubleStream.Builder> times =
        contenders.stream().map(contender -> DoubleStream.builder()).toList();
    long start = System.nanoTime();
    for (int turn = 0;
        turn < mostTurns && (turn < FEWEST_TURNS || System.nanoTime() - start < nanos);
        turn++) {
      for (int i = 0; i < contenders.size(); i++) {
        Engine engine = contenders.get(i).engine();
        Pause.milliseconds(PAUSE_MILLISECONDS);
        milliseconds(engine, input);
        for (int run = 0; run < RUNS_IN_A_TURN; run++) {
          times.get(i).add(milliseconds(engine, input));
        }
      }
    }
    return times.stream().map(contender -> contender.build().toArray()).toList();
  }

  private static double milliseconds(Engine engine, INDArray input) {
    long start = System.nanoTime();
    INDArray output = engine.run(input);
    double elapsed = (System.nanoTime() - start) / 1e6;
    NdArrays.release(output);
    return elapsed;
  }

  private static Timings.Speed speed(Contender contender, int batch, double[] measured) {
    return new Timings.Speed(
        contender.form(),
        contender.engine().name(),
        batch,
        quantile(measured, 0.5),
        quantile(measured, 0.95),
        measured.length);
  }

  /** The value that this share of the values is not above. */
  static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  }

  /** The median at one place; NaN where it was not measured. */
  static double median(List<Timings.Speed> speeds, String form, String engine, int batch) {
    return speeds.stream()
        .filter(s -> s.form().equals(form) && s.engine().equals(engine) && s.batch() == batch)
        .mapToDouble(Timings.Speed::medianMs)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** The engines by name, each once, in the order of measurement. */
  static List<String> engines(List<Timings.Speed> speeds) {
    return speeds.stream().map(Timings.Speed::engine).distinct().toList();
  }

  /** The batch sizes, each once, in the order of measurement. */
  static int[] batches(List<Timings.Speed> speeds) {
    return speeds.stream().mapToInt(Timings.Speed::batch).distinct().toArray();
  }
}
