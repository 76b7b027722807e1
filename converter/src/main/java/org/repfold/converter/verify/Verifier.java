package org.repfold.converter.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.Refusal;
import org.repfold.converter.verify.certificate.Certificate;
import org.repfold.converter.verify.certificate.Certificates;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Shape;

/**
 * Answers whether a deploy form is equivalent to its train form, in three questions asked apart.
 */
public final class Verifier {
  /** How many real inputs are compared value by value, besides all of them at the outputs. */
  private static final int DATA_SAMPLES = 4;

  /** Inputs whose values are of ordinary size and vary: those that say how accurate float32 is. */
  private static final Set<String> ORDINARY = Set.of("normal", "uniform", "image-like", "data");

  private final Map<String, Double> timings = new TreeMap<>();

  private Verifier() {}

  /**
   * Verifies a conversion.
   *
   * @param shipped the deploy form as it was written, usually read back from its file
   * @throws BadInputException as {@link #verify(Folding, Graph, VerifyOptions)}
   */
  public static Verification verify(Conversion conversion, Graph shipped, VerifyOptions options) {
    List<FoldStep> steps = new ArrayList<>(conversion.folding().steps());
    steps.addAll(conversion.lowering().steps());
    List<Refusal> refusals = conversion.folding().refusals();
    return verify(
        new Folding(
            conversion.folding().source(),
            conversion.lowering().folded(),
            steps,
            refusals,
            conversion.equivalents()),
        conversion.certificates(),
        shipped,
        options);
  }

  /**
   * Verifies a folding and what was shipped of it.
   *
   * @param shipped of the same nodes as the folded graph, parameters rounded
   * @throws BadInputException if the shipped graph's inputs differ, or the data do not fit it or
   *     the graph has more than one input or output and there are data
   */
  public static Verification verify(Folding folding, Graph shipped, VerifyOptions options) {
    return verify(folding, Certificates.none(), shipped, options);
  }

  /**
   * As {@link #verify(Folding, Graph, VerifyOptions)}, with what is known of the folds for all
   * inputs.
   *
   * @param certificates of the folding's steps
   */
  public static Verification verify(
      Folding folding, Certificates certificates, Graph shipped, VerifyOptions options) {
    if (!certificates.folds().isEmpty() && certificates.folds().size() != folding.steps().size()) {
      throw new IllegalArgumentException(
          "expected "
              + folding.steps().size()
              + " certificates, found "
              + certificates.folds().size());
    }
    return new Verifier().run(folding, certificates, shipped, options);
  }

  private Verification run(
      Folding folding, Certificates certificates, Graph shipped, VerifyOptions options) {
    if (!certificates.folds().isEmpty()) {
      timings.put("certificates", certificates.seconds());
    }
    Inputs inputs = new Inputs(folding.source());
    requireSameInputs(folding.source(), shipped);
    if (options.data().isPresent() && shipped.inputs().size() + shipped.outputs().size() != 2) {
      throw new BadInputException(
          "graph: expected one input and one output for real data, found "
              + shipped.inputs().size()
              + " and "
              + shipped.outputs().size());
    }
    List<Probe> probes = inputs.probes(options);
    List<Probe> compared = new ArrayList<>(probes);
    Map<Probe, double[]> truth = new LinkedHashMap<>();
    options.data().ifPresent(data -> compared.add(dataProbe(data)));

    ValueComparison comparison = new ValueComparison(folding, shipped);
    timed(
        "algebra",
        () -> {
          compared.forEach(p -> truth.put(p, comparison.run(p, isOrdinary(p))));
          return truth;
        });
    truth.keySet().retainAll(probes);
    List<ValuePair> pairs = comparison.pairs();
    Algebra algebra = algebra(folding, certificates, pairs, comparison.values());
    Rounding rounding = timed("rounding", () -> RoundingCheck.compare(folding.folded(), shipped));
    Behaviour behaviour =
        timed(
            "behaviour",
            () -> new BehaviourCheck(folding.source(), shipped, options).run(truth, options));
    Optional<FirstFailure> firstFailure = Localisation.firstFailure(folding, pairs);
    List<FoldCheck> folds = folds(folding, certificates, pairs, algebra);
    List<String> failures = failures(algebra, folds, firstFailure, rounding, behaviour);
    return new Verification(
        failures.isEmpty(),
        options.seed(),
        compared.stream()
            .map(p -> new Verification.ProbeDescription(p.kind(), p.seed(), p.samples()))
            .toList(),
        algebra,
        rounding,
        behaviour,
        folds,
        pairs.stream().map(ValuePair::check).toList(),
        firstFailure.orElse(null),
        failures,
        timings);
  }

  private static void requireSameInputs(Graph source, Graph shipped) {
    List<Shape> expected = source.inputs().stream().map(Input::shape).toList();
    List<Shape> found = shipped.inputs().stream().map(Input::shape).toList();
    if (!found.equals(expected) || shipped.outputs().size() != source.outputs().size()) {
      throw new BadInputException(
          "deploy form: expected inputs of shapes %s and %d outputs, found %s and %d"
              .formatted(expected, source.outputs().size(), found, shipped.outputs().size()));
    }
  }

  private static boolean isOrdinary(Probe probe) {
    return ORDINARY.contains(probe.kind());
  }

  private <T> T timed(String question, Supplier<T> answer) {
    long start = System.nanoTime();
    T result = answer.get();
    timings.put(question, (System.nanoTime() - start) / 1e9);
    return result;
  }

  private static Probe dataProbe(LabelledData data) {
    return new Probe(
        "data",
        0,
        Math.min(DATA_SAMPLES, data.samples()),
        number -> {
          INDArray sample = Inputs.slice(data.images(), number, number + 1);
          float[] values = NdArrays.toFloats(sample);
          NdArrays.release(sample);
          return values;
        });
  }

  private static Algebra algebra(
      Folding folding, Certificates certificates, List<ValuePair> pairs, long values) {
    double worst = 0;
    double worstOutput = 0;
    long outputsCompared = 0;
    for (ValuePair pair : pairs) {
      worst = Math.max(worst, pair.worst());
      worstOutput = pair.output ? Math.max(worstOutput, pair.worst()) : worstOutput;
      outputsCompared += pair.output && pair.worst() >= 0 ? 1 : 0;
    }
    boolean all = outputsCompared == folding.folded().outputs().stream().distinct().count();
    boolean passed =
        values > 0
            && all
            && pairs.stream().allMatch(ValuePair::passed)
            && certificates.count(Certificate.Outcome.REFUTED) == 0;
    return new Algebra(
        passed,
        values,
        ValuePair.finite(worst),
        ValuePair.finite(worstOutput),
        folding.steps().size(),
        certificates.count(Certificate.Outcome.CERTIFIED));
  }

  private static List<FoldCheck> folds(
      Folding folding, Certificates certificates, List<ValuePair> pairs, Algebra algebra) {
    Map<String, ValuePair> byNode = new HashMap<>();
    pairs.forEach(pair -> byNode.put(pair.node, pair));
    List<FoldCheck> folds = new ArrayList<>();
    for (FoldStep step : folding.steps()) {
      ValuePair pair = byNode.get(step.result());
      Certificate certificate = certificates.of(folds.size());
      boolean isRight =
          switch (certificate.outcome()) {
            case CERTIFIED -> pair == null || pair.passed();
            case SAMPLED -> pair == null ? algebra.passed() : pair.passed();
            case REFUTED -> false;
          };
      folds.add(
          new FoldCheck(
              step.rule(),
              step.replaced(),
              folding.folded().find(step.result()).isPresent() ? step.result() : null,
              certificate,
              isRight,
              pair == null ? null : ValuePair.finite(pair.worst())));
    }
    return folds;
  }

  private static List<String> failures(
      Algebra algebra,
      List<FoldCheck> folds,
      Optional<FirstFailure> firstFailure,
      Rounding rounding,
      Behaviour behaviour) {
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < folds.size(); i++) {
      if (folds.get(i).certificate().outcome() == Certificate.Outcome.REFUTED) {
        failures.add(
            "algebra: fold "
                + (i + 1)
                + " ("
                + folds.get(i).rule()
                + " of '"
                + folds.get(i).replaced()
                + "') changes "
                + folds.get(i).certificate().mismatch().describe());
      }
    }
    firstFailure.ifPresent(failure -> failures.add("algebra: " + describe(failure)));
    if (!algebra.passed() && failures.isEmpty()) {
      failures.add("algebra: an output was not compared");
    }
    rounding.failures().forEach(failure -> failures.add("rounding: " + failure));
    for (EngineResult result : behaviour.engines()) {
      result
          .failures()
          .forEach(
              failure ->
                  failures.add(
                      "behaviour: "
                          + result.form()
                          + " form in "
                          + result.engine()
                          + " on "
                          + result.inputs()
                          + ": "
                          + failure));
    }
    return failures;
  }

  private static String describe(FirstFailure failure) {
    return "node '"
        + failure.node()
        + "'"
        + (failure.fold() == null ? "" : " (made by " + failure.fold() + ")")
        + " at "
        + failure.index()
        + " on probe "
        + failure.probe()
        + ": expected "
        + failure.expected()
        + ", found "
        + failure.found()
        + (failure.error() == null
            ? ""
            : " (relative difference " + failure.error() + ", bound " + failure.bound() + ")");
  }
}
