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
 * @param lowering what lowering did to the exact folded graph; its result is exact (float64)
 */
public record Conversion(Folding folding, Folding lowering) {

  /**
   * Converts a train form.
   *
   * @throws org.repfold.graph.BadInputException if a parameter is not finite or a variance is
   *     negative, naming it
   */
  public static Conversion of(Graph train) {
    Folding folding = Folder.fold(GraphValidator.validate(train));
    return new Conversion(folding, new Folder(Lowering.all()).apply(folding.folded()));
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
