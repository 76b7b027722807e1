package org.repfold.converter.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.BatchSize;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceEngine;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;

/** Question 3: is the deploy form, in float32, as near to the truth as the train form? */
final class BehaviourCheck {
  /** How many times the train form's error the deploy form may have. */
  static final double FACTOR = 2;

  private static final double UNIT_ROUNDOFF = 0x1p-24;

  private final Engine truth;
  private final List<Engine> train;
  private final List<Engine> deploy;
  private final double roundingBound;
  private final Inputs inputs;

  BehaviourCheck(Graph source, Graph shipped, VerifyOptions options) {
    inputs = new Inputs(source);
    truth = new ReferenceEngine(source, ElementType.FLOAT64);
    train = orReference(options.trainEngines(), source);
    deploy = orReference(options.deployEngines(), shipped);
    long roundings =
        ReductionLength.upTo(shipped).values().stream().mapToLong(n -> n).max().orElse(1);
    roundingBound = UNIT_ROUNDOFF * Math.sqrt(roundings);
  }

  private static List<Engine> orReference(List<Engine> engines, Graph graph) {
    return engines.isEmpty() ? List.of(new ReferenceEngine(graph, ElementType.FLOAT32)) : engines;
  }

  /**
   * Runs all engines.
   *
   * @param probes with the truth at the outputs, sample by sample
   */
  Behaviour run(Map<Probe, double[]> probes, VerifyOptions options) {
    List<EngineResult> results = new ArrayList<>();
    results.addAll(
        compare(
            "probes",
            false,
            // One engine after the other: each may be large.
            rows -> rows.forEach(row -> probes.forEach((probe, truth) -> add(row, probe, truth)))));
    options
        .data()
        .ifPresent(
            data ->
                results.addAll(
                    0,
                    compare(
                        data.name(),
                        data.isLabelled(),
                        rows ->
                            slices(data, options, batch -> rows.forEach(row -> row.add(batch))))));
    return new Behaviour(
        results.stream().allMatch(EngineResult::passed),
        FACTOR,
        roundingBound,
        first(results, "train"),
        first(results, "deploy"),
        results);
  }

  private void add(Row row, Probe probe, double[] truth) {
    List<INDArray> batch = inputs.batch(probe, 0, probe.samples());
    row.add(new Batch(batch, probe.samples(), new int[0], truth));
    batch.forEach(INDArray::close);
  }

  private record Batch(List<INDArray> inputs, int samples, int[] labels, double[] expected) {}

  private void slices(LabelledData data, VerifyOptions options, Consumer<Batch> each) {
    int most = BatchSize.of(options.batch(), data.images().length() / Math.max(1, data.samples()));
    for (int from = 0; from < data.samples(); from += most) {
      int to = Math.min(data.samples(), from + most);
      INDArray batch = Inputs.slice(data.images(), from, to);
      each.accept(
          new Batch(
              List.of(batch),
              to - from,
              data.isLabelled()
                  ? java.util.Arrays.copyOfRange(data.labels(), from, to)
                  : new int[0],
              truth(batch)));
      batch.close();
    }
  }

  private double[] truth(INDArray batch) {
    INDArray output = truth.run(batch);
    double[] expected = NdArrays.toDoubles(output);
    NdArrays.release(output);
    return expected;
  }

  private static EngineResult first(List<EngineResult> results, String form) {
    return results.stream().filter(r -> r.form().equals(form)).findFirst().orElseThrow();
  }

  private static final class Row {
    final Engine engine;
    final String form;
    final ErrorAccumulator errors = new ErrorAccumulator();
    final PredictionAccumulator predictions = new PredictionAccumulator();

    Row(Engine engine, String form) {
      this.engine = engine;
      this.form = form;
    }

    void add(Batch batch) {
      double[] expected = batch.expected();
      int samples = batch.samples();
      List<INDArray> outputs = engine.run(batch.inputs());
      double[] found =
          Inputs.perSample(outputs.stream().map(NdArrays::toDoubles).toList(), samples);
      outputs.forEach(NdArrays::release);
      if (found.length != expected.length) {
        throw new IllegalStateException(
            "engine "
                + engine.name()
                + " of the "
                + form
                + " form: expected "
                + expected.length
                + " outputs for "
                + samples
                + " samples, found "
                + found.length);
      }
      errors.add(expected, found, samples);
      predictions.add(expected, found, samples, batch.labels());
    }
  }

  private List<EngineResult> compare(String inputs, boolean sameClasses, Consumer<List<Row>> fill) {
    List<Row> rows = new ArrayList<>();
    train.forEach(engine -> rows.add(new Row(engine, "train")));
    deploy.forEach(engine -> rows.add(new Row(engine, "deploy")));
    fill.accept(rows);
    return rows.stream().map(row -> judge(row, rows, inputs, sameClasses)).toList();
  }

  private EngineResult judge(Row row, List<Row> rows, String inputs, boolean sameClasses) {
    ErrorStatistics errors = row.errors.statistics();
    Predictions predictions = row.predictions.predictions();
    Double allowed = row.form.equals("deploy") ? Double.valueOf(allowed(row, rows)) : null;
    List<String> failures = new ArrayList<>();
    if (errors.values() == 0) {
      failures.add("no value was compared");
    }
    if (errors.notFinite() > 0) {
      failures.add(errors.notFinite() + " of " + errors.values() + " values are NaN or infinite");
    }
    if (allowed != null && errors.sampleRelativeL2() > allowed) {
      failures.add(
          "relative L2 error "
              + errors.sampleRelativeL2()
              + " against the truth: expected at most "
              + allowed);
    }
    if (allowed != null && sameClasses && predictions.top1Agreement() < 1) {
      failures.add(
          "predicted class of sample "
              + predictions.firstDisagreement()
              + " differs from the truth's (agreement "
              + predictions.top1Agreement()
              + ")");
    }
    return new EngineResult(
        row.engine.name(),
        row.form,
        inputs,
        errors.sampleRelativeL2(),
        allowed,
        failures.isEmpty(),
        errors,
        predictions,
        failures);
  }

  /** By the train form's error on the same engine where it ran there, else on the first. */
  private double allowed(Row row, List<Row> rows) {
    Optional<Row> sameEngine =
        rows.stream()
            .filter(r -> r.form.equals("train") && r.engine.name().equals(row.engine.name()))
            .findFirst();
    double trainError = sameEngine.orElse(rows.get(0)).errors.statistics().sampleRelativeL2();
    return Math.max(FACTOR * trainError, roundingBound);
  }
}
