package org.repfold.converter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.repfold.converter.report.LearningCurves.Curve;

class LearningCurvesTest {
  private static final Curve FIRST =
      new Curve("one <sort>", List.of(List.of(0.5, 0.75), List.of(0.25, 0.875)));
  private static final Curve SECOND = new Curve("other", List.of(List.of(0.125, 0.5)));

  @Test
  void meanAndSpreadAreOfAllTrainingsInPercent() {
    assertEquals(37.5, FIRST.mean(0));
    assertEquals(75, FIRST.lowest(1));
    assertEquals(87.5, FIRST.highest(1));
  }

  @Test
  void pictureShowsBothSortsAndEscapesTheirNames() {
    String svg = LearningCurves.svg("title", FIRST, SECOND);

    assertTrue(svg.contains("one &lt;sort&gt;"), svg);
    assertTrue(svg.contains("other"), svg);
    assertEquals(2, svg.split("class=\"spread ", -1).length - 1);
  }
}
