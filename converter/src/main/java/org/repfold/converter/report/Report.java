package org.repfold.converter.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.Conversion;
import org.repfold.converter.DeployForm;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.Refusal;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.verify.Algebra;
import org.repfold.converter.verify.Behaviour;
import org.repfold.converter.verify.FirstFailure;
import org.repfold.converter.verify.FoldCheck;
import org.repfold.converter.verify.Rounding;
import org.repfold.converter.verify.ValueCheck;
import org.repfold.converter.verify.Verification;
import org.repfold.graph.Graph;

/**
 * Everything that is known of one conversion. The components are the properties of the JSON
 * document, in this order; {@code timings} comes last, and all before it is the same for the same
 * files, options and backend.
 *
 * @param schemaVersion of the document; raised when a property goes away or changes its meaning
 * @param passed whether both forms are equivalent
 * @param algebra question 1: is the fold right?
 * @param rounding question 2: are the shipped weights the best ones?
 * @param behaviour question 3: what will a user see?
 * @param firstFailure where the algebra first fails; null if it holds
 * @param failures one sentence each; empty if passed
 * @param probes all inputs compared
 * @param before the train form
 * @param after the deploy form
 * @param steps the folds in order, those of lowering last
 * @param folds how well each of the steps was verified, in the same order
 * @param refusals folds that nearly applied
 * @param values each value that both forms compute, in the deploy form's order
 * @param outputDifferences of both forms in float32 against the truth
 * @param accuracies on real data; empty without
 * @param timings all that differs between two runs
 */
public record Report(
    String schemaVersion,
    boolean passed,
    Algebra algebra,
    Rounding rounding,
    Behaviour behaviour,
    FirstFailure firstFailure,
    List<String> failures,
    Provenance provenance,
    List<Verification.ProbeDescription> probes,
    GraphSummary before,
    GraphSummary after,
    List<FoldStep> steps,
    List<FoldCheck> folds,
    List<Refusal> refusals,
    List<ValueCheck> values,
    OutputDifferences outputDifferences,
    List<Accuracy> accuracies,
    Timings timings) {
  public static final String SCHEMA_VERSION = "1";

  public Report {
    failures = List.copyOf(failures);
    probes = List.copyOf(probes);
    steps = List.copyOf(steps);
    folds = List.copyOf(folds);
    refusals = List.copyOf(refusals);
    values = List.copyOf(values);
    accuracies = List.copyOf(accuracies);
  }

  /**
   * The report of a conversion and its verification.
   *
   * @param folding from the train form to the deploy form, as it was verified
   * @param deploy the deploy form as it was shipped
   * @param timings whose {@code verificationSeconds} are taken from the verification instead
   */
  public static Report of(
      Folding folding,
      Graph deploy,
      Verification verification,
      Provenance provenance,
      OutputDifferences outputDifferences,
      Timings timings) {
    return new Report(
        SCHEMA_VERSION,
        verification.passed(),
        verification.algebra(),
        verification.rounding(),
        verification.behaviour(),
        verification.firstFailure(),
        verification.failures(),
        provenance,
        verification.probes(),
        GraphSummary.of(folding.source()),
        GraphSummary.of(deploy),
        folding.steps(),
        verification.folds(),
        folding.refusals(),
        verification.values(),
        outputDifferences,
        Accuracy.of(verification.behaviour()),
        new Timings(timings.speed(), timings.training(), verification.timings()));
  }

  /**
   * As {@link #of(Folding, Graph, Verification, Provenance, OutputDifferences, Timings)}, of the
   * lowered form.
   */
  public static Report of(
      Conversion conversion,
      Verification verification,
      Provenance provenance,
      OutputDifferences outputDifferences,
      Timings timings) {
    DeployForm deploy =
        DeployForm.of(conversion, ModelFile.Format.ONNX, Optional.empty(), Map.of());
    return of(
        deploy.folding(), deploy.shipped(), verification, provenance, outputDifferences, timings);
  }

  /** This report with nothing measured in seconds: what two runs have in common. */
  public Report withoutTimings() {
    return new Report(
        schemaVersion,
        passed,
        algebra,
        rounding,
        behaviour,
        firstFailure,
        failures,
        provenance,
        probes,
        before,
        after,
        steps,
        folds,
        refusals,
        values,
        outputDifferences,
        accuracies,
        Timings.none());
  }
}
