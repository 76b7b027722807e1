package org.repfold.converter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutTest {
  private static NodeSummary node(String name, String... inputs) {
    return new NodeSummary(name, "Add", "", List.of(inputs), List.of(1L), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "stages.0.1.repmlp_block.fc3, stages.0.1",
    "embeds.0.bn, embeds.0",
    "head_norm, head",
    "head, head",
    "conv_embedding.conv, conv",
    "features/12/conv, features/12",
    "'', ''",
    "..., ..."
  })
  void aBlockIsNamedByItsNumbersOrItsFirstWord(String name, String key) {
    assertEquals(key, Blocks.key(name));
  }

  @Test
  void aBlockWithoutNumbersIsLabelledByAllThatItsNamesShare() {
    assertEquals(
        "conv_embedding", Blocks.label(List.of("conv_embedding.conv", "conv_embedding.bn")));
  }

  @Test
  void everyNodeIsBelowWhatItTakesValuesFromAndAlone() {
    for (List<NodeSummary> block : Blocks.of(GraphSummary.of(ExampleNet.build(1))).values()) {
      BlockLayout layout = new BlockLayout(block, Set.of());
      Set<List<Integer>> places = new HashSet<>();

      layout.cells().forEach(cell -> assertTrue(places.add(List.of(cell.row(), cell.lane()))));
      layout.edges().forEach(edge -> assertTrue(edge.from().row() < edge.to().row()));
    }
  }

  @Test
  void branchesRunSideBySide() {
    BlockLayout layout =
        new BlockLayout(
            List.of(node("a", "x"), node("b", "a"), node("c", "a"), node("sum", "b", "c")),
            Set.of());

    assertEquals(2, layout.lanes());
    assertEquals(4, layout.rows());
  }

  @Test
  void aShortcutGoesAroundWhatItSkips() {
    BlockLayout layout =
        new BlockLayout(List.of(node("a", "x"), node("b", "a"), node("sum", "x", "b")), Set.of());

    assertEquals(
        List.of("x"),
        layout.edges().stream()
            .filter(BlockLayout.Edge::aside)
            .map(edge -> edge.from().name())
            .toList());
  }

  @Test
  void everyDifferenceLiesInItsBin() {
    DifferenceBins bins = new DifferenceBins();
    double[] found = {0, 1e-7, 1.0000000001e-7, 3e-5, 0.5, Double.NaN, Double.POSITIVE_INFINITY};

    bins.add(new double[found.length], found);
    OutputDifferences result = OutputDifferences.of("x", "a", bins, "b", new DifferenceBins());

    assertEquals(1, result.train().exact());
    assertEquals(2, result.train().notFinite());
    assertEquals(4, result.train().counts().stream().mapToLong(n -> n).sum());
    assertTrue(result.edges().get(0) <= 1e-7);
    assertTrue(result.edges().get(result.edges().size() - 1) > 0.5);
    assertEquals(result.edges().size() - 1, result.deploy().counts().size());
  }

  @Test
  void onlyAllIsAHundredPercent() {
    assertEquals("100\u2009%", Numbers.percent(1.0));
    assertEquals("99.99\u2009%", Numbers.percent(0.999999));
    assertEquals("86.67\u2009%", Numbers.percent(52 / 60.0));
  }

  @Test
  void numbersKeepThreeDigits() {
    Map.of(
            2.413e-15, "2.41\u2009\u00d7\u200910\u207b\u00b9\u2075",
            0.0, "0",
            12.345, "12.3",
            123456.0, "1.23\u2009\u00d7\u200910\u2075")
        .forEach((number, text) -> assertEquals(text, Numbers.scientific(number)));
    assertFalse(Numbers.scientific(Double.NaN).contains("NaN"));
  }
}
