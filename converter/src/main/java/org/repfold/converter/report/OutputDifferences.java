package org.repfold.converter.report;

import java.util.List;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.repfold.converter.execute.BatchSize;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.NdArrays;

/**
 * How far each logit of both float32 forms is from the float64 truth, as a histogram over {@code
 * |found - truth|}.
 *
 * @param inputs what was classified
 * @param values logits compared in each form
 * @param edges of the bins, ascending, one more than bins; bin {@code i} holds differences from
 *     {@code edges[i]} up to, not including, {@code edges[i + 1]}
 * @param train the train form's count in each bin
 * @param deploy the deploy form's
 */
public record OutputDifferences(
    String inputs, long values, List<Double> edges, Side train, Side deploy) {
  public OutputDifferences {
    edges = List.copyOf(edges);
  }

  /**
   * One form's differences.
   *
   * @param engine that computed it
   * @param counts by bin
   * @param exact how many do not differ; in no bin
   * @param notFinite how many are NaN or infinite; in no bin
   */
  public record Side(String engine, List<Long> counts, long exact, long notFinite) {
    public Side {
      counts = List.copyOf(counts);
    }
  }

  /** Nothing was compared. */
  public static OutputDifferences none() {
    Side side = new Side("", List.of(), 0, 0);
    return new OutputDifferences("", 0, List.of(), side, side);
  }

  /**
   * Runs all inputs through three engines.
   *
   * @param name what the inputs are
   * @param images {@code [N, C, H, W]} float32
   * @param most how many are run at once, fewer if they are large
   * @throws IllegalArgumentException if the engines give different numbers of logits
   */
  public static OutputDifferences measure(
      String name, INDArray images, int most, Engine truth, Engine train, Engine deploy) {
    int batch = BatchSize.of(most, images.length() / Math.max(1, images.size(0)));
    DifferenceBins trainBins = new DifferenceBins();
    DifferenceBins deployBins = new DifferenceBins();
    for (long from = 0; from < images.size(0); from += batch) {
      long to = Math.min(images.size(0), from + batch);
      INDArray slice = NdArrays.copy(images.get(NDArrayIndex.interval(from, to)));
      double[] expected = run(truth, slice);
      trainBins.add(expected, run(train, slice));
      deployBins.add(expected, run(deploy, slice));
      NdArrays.release(slice);
    }
    return of(name, train.name(), trainBins, deploy.name(), deployBins);
  }

  private static double[] run(Engine engine, INDArray batch) {
    INDArray output = engine.run(batch);
    double[] values = NdArrays.toDoubles(output);
    NdArrays.release(output);
    return values;
  }

  static OutputDifferences of(
      String inputs,
      String trainEngine,
      DifferenceBins train,
      String deployEngine,
      DifferenceBins deploy) {
    int first = Math.min(train.first(), deploy.first());
    int last = Math.max(train.last(), deploy.last());
    List<Double> edges =
        first > last
            ? List.of()
            : LongStream.rangeClosed(first, last + 1).mapToObj(DifferenceBins::edge).toList();
    return new OutputDifferences(
        inputs,
        train.values(),
        edges,
        new Side(trainEngine, train.counts(first, last), train.exact(), train.notFinite()),
        new Side(deployEngine, deploy.counts(first, last), deploy.exact(), deploy.notFinite()));
  }
}
