package org.repfold.converter.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/**
 * Blocks of RepVGG, ACNet, DiverseBranchBlock, MobileOne and RepMLP against what the references
 * computed. The rules know none of them.
 */
class GoldenTest {
  /** float64 rounding over sums of a few hundred terms, relative to the largest output. */
  private static final double TOLERANCE = 1e-12;

  private static final double UNIT_ROUNDOFF = 0x1p-24;

  /**
   * How many float32 roundings of the sum of its terms' absolute values the reference's weight may
   * be off: square root, division and products of a normalisation, sums over up to five branches,
   * and for the biases behind another layer sums over some hundred terms, whose errors are of both
   * signs.
   */
  private static final double ROUNDINGS = 8;

  @ParameterizedTest
  @EnumSource
  void theTrainFormGivesTheExactOutput(GoldenCase golden) {
    assertExact(golden, golden.train());
  }

  @ParameterizedTest
  @EnumSource
  void theFoldedFormGivesTheExactOutput(GoldenCase golden) {
    assertExact(golden, Folder.fold(golden.train()).folded());
  }

  @ParameterizedTest
  @EnumSource
  void everyBlockFoldsToOneLayer(GoldenCase golden) {
    Folding folding = Folder.fold(golden.train());

    assertEquals(
        new TreeMap<>(golden.operators()),
        folding.folded().operatorCounts(),
        () -> "refusals " + folding.refusals());
  }

  @ParameterizedTest
  @MethodSource("deployed")
  void theWeightsAreTheReferencesToFloat32Rounding(GoldenCase golden) {
    Graph folded = Folder.fold(golden.train()).folded();
    Graph terms = Folder.fold(absolute(golden.train())).folded();
    for (Node layer : GoldenCase.layers(folded)) {
      List<Tensor> expected = golden.deployed(layer).orElseThrow();
      List<Tensor> found = weightAndBias(layer);
      List<Tensor> magnitudes = weightAndBias(terms.find(layer.name()).orElseThrow());
      for (int part = 0; part < expected.size(); part++) {
        for (int i = 0; i < expected.get(part).size(); i++) {
          assertEquals(
              expected.get(part).get(i),
              found.get(part).get(i),
              ROUNDINGS * UNIT_ROUNDOFF * magnitudes.get(part).get(i),
              layer.name() + " " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("deployed")
  void noRoundedWeightIsFartherFromTheTruthThanTheReferences(GoldenCase golden) {
    Graph folded = Folder.fold(golden.train()).folded();
    for (Node layer : GoldenCase.layers(folded)) {
      List<Tensor> reference = golden.deployed(layer).orElseThrow();
      List<Tensor> exact = weightAndBias(layer);
      for (int part = 0; part < reference.size(); part++) {
        Tensor rounded = exact.get(part).to(ElementType.FLOAT32);
        for (int i = 0; i < rounded.size(); i++) {
          double truth = exact.get(part).get(i);
          double ours = Math.abs(rounded.get(i) - truth);
          double theirs = Math.abs(reference.get(part).get(i) - truth);
          assertTrue(ours <= theirs, layer.name() + " " + i + ": " + ours + " > " + theirs);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("deployed")
  void theRoundedFormIsNoFartherFromTheTruthThanTheReferences(GoldenCase golden) {
    GoldenErrors errors = GoldenErrors.of(golden);
    assertTrue(errors.ours().output() <= errors.theirs().output(), errors::toString);
    assertTrue(errors.ours().largestOutput() <= errors.theirs().largestOutput(), errors::toString);
    assertTrue(errors.ours().weight() <= errors.theirs().weight(), errors::toString);
  }

  @Test
  void theErrorsOfAllCasesAreWrittenAsATable() throws IOException {
    Path table = Path.of("target", "golden-errors.md");
    Files.writeString(table, GoldenErrors.table(deployed().toList()));
    assertTrue(Files.size(table) > 0);
  }

  /** The cases for which the reference has a deploy form. */
  private static Stream<GoldenCase> deployed() {
    return Stream.of(GoldenCase.values())
        .filter(golden -> golden != GoldenCase.REPMLP_V1_BLOCK_NO_GLOBAL);
  }

  private static List<Tensor> weightAndBias(Node layer) {
    return List.of(
        layer.operator().parameters().get("weight"), layer.operator().parameters().get("bias"));
  }

  /**
   * The train form with every weight, scale and shift replaced by its absolute value: what it folds
   * to are the sums of the absolute values of all terms of each folded weight.
   */
  private static Graph absolute(Graph train) {
    return train.mapOperators(
        operator ->
            operator instanceof Operator.BatchNormalization norm
                ? new Operator.BatchNormalization(
                    absolute(norm.scale(), 1),
                    absolute(norm.shift(), 1),
                    absolute(norm.mean(), -1),
                    norm.variance(),
                    norm.epsilon())
                : operator.mapParameters(tensor -> absolute(tensor, 1)));
  }

  private static Tensor absolute(Tensor tensor, int sign) {
    return Tensor.of(
        tensor.shape(),
        Arrays.stream(tensor.toDoubles()).map(number -> sign * Math.abs(number)).toArray());
  }

  private static void assertExact(GoldenCase golden, Graph graph) {
    double[] expected = golden.file().tensor("y_exact").toDoubles();
    double[] found = golden.output(graph);
    double largest = GoldenCase.largest(expected);
    assertEquals(expected.length, found.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], TOLERANCE * largest, "y[" + i + "]");
    }
  }
}
