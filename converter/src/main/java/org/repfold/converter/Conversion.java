package org.repfold.converter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.FoldRules;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.lower.Lowering;
import org.repfold.converter.verify.certificate.Certificates;
import org.repfold.converter.verify.certificate.Certifier;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphValidator;

/**
 * A train form and the deploy forms made of it.
 *
 * @param folding what folding did; its result is exact (float64)
 * @param lowering what lowering did to the exact folded graph; its result is exact (float64)
 * @param certificates of the steps of folding, then of those of lowering
 */
public record Conversion(Folding folding, Folding lowering, Certificates certificates) {

  /**
   * Converts a train form.
   *
   * @throws org.repfold.graph.BadInputException if a parameter is not finite or a variance is
   *     negative, naming it
   */
  public static Conversion of(Graph train) {
    return of(train, Effort.NONE);
  }

  /** As {@link #of(Graph)}, each fold being certified for all inputs as far as the effort goes. */
  public static Conversion of(Graph train, Effort effort) {
    return of(train, new Folder(FoldRules.all()), new Folder(Lowering.all()), effort);
  }

  /**
   * As {@link #of(Graph, Effort)}, with a few folds alone and without lowering: for a deploy form
   * that has places for these only.
   */
  public static Conversion of(Graph train, List<FoldRule> folds, Effort effort) {
    return of(train, new Folder(folds), new Folder(List.of()), effort);
  }

  private static Conversion of(Graph train, Folder folds, Folder lowers, Effort effort) {
    GraphValidator.validate(train);
    if (effort == Effort.NONE) {
      Folding folding = folds.apply(train);
      return new Conversion(folding, lowers.apply(folding.folded()), Certificates.none());
    }
    Certifier ofFolds = new Certifier(train, effort);
    Folding folding = folds.apply(train, ofFolds);
    Certifier ofLowering = new Certifier(folding.folded(), effort);
    Folding lowering = lowers.apply(folding.folded(), ofLowering);
    return new Conversion(folding, lowering, ofFolds.certificates().and(ofLowering.certificates()));
  }

  /**
   * The folded graph rounded to float32, once: plain layers, as DL4J runs them fastest.
   *
   * @throws org.repfold.graph.BadInputException if a parameter is not finite then, naming it
   */
  public Graph folded() {
    return rounded(folding.folded());
  }

  /**
   * The lowered graph rounded to float32, once: as ONNX engines run it fastest.
   *
   * @throws org.repfold.graph.BadInputException if a parameter is not finite then, naming it
   */
  public Graph deploy() {
    return rounded(lowering.folded());
  }

  private static Graph rounded(Graph exact) {
    return GraphValidator.validate(exact.withParameters(ElementType.FLOAT32));
  }

  /** For each value of the deploy form that stands for one of the train form: the latter's name. */
  public Map<String, String> equivalents() {
    Map<String, String> equivalents = new HashMap<>();
    lowering
        .equivalents()
        .forEach(
            (deploy, folded) -> {
              String train = folding.equivalents().get(folded);
              if (train != null) {
                equivalents.put(deploy, train);
              }
            });
    return equivalents;
  }

  /** Names of the rules that were applied, each once, in the order of their first use. */
  public List<String> rules() {
    return folding.steps().stream().map(step -> step.rule()).distinct().toList();
  }
}
