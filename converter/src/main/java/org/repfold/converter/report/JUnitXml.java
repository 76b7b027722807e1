package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.List;
import org.repfold.converter.verify.Algebra;
import org.repfold.converter.verify.EngineResult;
import org.repfold.converter.verify.FoldCheck;

/** Each check as a test case in JUnit's XML, which build servers show. */
final class JUnitXml {
  private record Case(String suite, String name, boolean passed, String message) {}

  private JUnitXml() {}

  static String of(Report report) {
    List<Case> cases = cases(report);
    long failures = cases.stream().filter(each -> !each.passed()).count();
    Markup out = new Markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.open(
        "testsuite",
        "name",
        "repfold",
        "tests",
        cases.size(),
        "failures",
        failures,
        "errors",
        0,
        "skipped",
        0);
    for (Case each : cases) {
      out.text("\n  ")
          .open("testcase", "classname", "repfold." + each.suite(), "name", each.name());
      if (!each.passed()) {
        out.empty("failure", "message", each.message());
      }
      out.close();
    }
    return out.text("\n").close().finish();
  }

  private static List<Case> cases(Report report) {
    List<Case> cases = new ArrayList<>();
    Algebra algebra = report.algebra();
    cases.add(
        new Case(
            "algebra",
            "both forms agree in float64",
            algebra.passed(),
            messages(report.failures(), "algebra: ")));
    cases.add(
        new Case(
            "rounding",
            "every weight is the nearest",
            report.rounding().passed(),
            String.join("; ", report.rounding().failures())));
    for (EngineResult result : report.behaviour().engines()) {
      cases.add(
          new Case(
              "behaviour",
              result.form() + " form in " + result.engine() + " on " + result.inputs(),
              result.passed(),
              String.join("; ", result.failures())));
    }
    int number = 1;
    for (FoldCheck fold : report.folds()) {
      cases.add(
          new Case(
              "folds",
              number
                  + " "
                  + fold.rule()
                  + " of "
                  + fold.replaced()
                  + " ("
                  + fold.certificate().outcome()
                  + ")",
              fold.passed(),
              fold.certificate().mismatch() == null
                  ? "relative difference " + Numbers.scientific(fold.algebra())
                  : fold.certificate().mismatch().describe()));
      number++;
    }
    return cases;
  }

  private static String messages(List<String> failures, String question) {
    return failures.stream()
        .filter(failure -> failure.startsWith(question))
        .map(failure -> failure.substring(question.length()))
        .collect(java.util.stream.Collectors.joining("; "));
  }
}
