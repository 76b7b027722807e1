package org.repfold.converter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.lower.Lowering;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphValidator;

/**
 * A train form and the deploy forms made of it.
 *
 * @param folding what folding did; its result is exact (float64)
 * @param folded the folded graph rounded to float32: plain layers, as DL4J runs them fastest
 * @param lowering what lowering did to the exact folded graph; its result is exact (float64)
 * @param deploy the lowered graph rounded to float32: as ONNX engines run it fastest
 */
public record Conversion(Folding folding, Graph folded, Folding lowering, Graph deploy) {

  /**
   * Converts a train form. Each folded parameter is rounded once, at the end.
   *
   * @throws org.repfold.graph.BadInputException if a parameter is not finite, before or after
   *     rounding, or a variance is negative, naming it
   */
  public static Conversion of(Graph train) {
    Folding folding = Folder.fold(GraphValidator.validate(train));
    Folding lowering = new Folder(Lowering.all()).apply(folding.folded());
    return new Conversion(folding, rounded(folding.folded()), lowering, rounded(lowering.folded()));
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
