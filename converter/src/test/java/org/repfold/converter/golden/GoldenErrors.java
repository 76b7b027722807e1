package org.repfold.converter.golden;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.repfold.converter.fold.Folder;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Tensor;

/**
 * How far two float32 conversions of one block are from the truth: this library's, folded in
 * float64 and rounded once, and the reference's own, folded in float32. Both are executed in
 * float64, so that the weights alone make the difference.
 */
record GoldenErrors(String name, Errors ours, Errors theirs) {

  /**
   * Errors of a conversion.
   *
   * @param weight the largest of a weight or bias, in units of its float32 rounding (half the
   *     distance of its neighbours)
   * @param largestOutput the largest of an output, relative to the largest output
   * @param output the root mean square over all outputs, relative to that of the outputs
   */
  record Errors(double weight, double largestOutput, double output) {}

  static GoldenErrors of(GoldenCase golden) {
    Graph exact = Folder.fold(golden.train()).folded();
    return new GoldenErrors(
        golden.fileName(),
        errors(golden, exact, exact.withParameters(ElementType.FLOAT32)),
        errors(golden, exact, golden.deployed(exact)));
  }

  private static Errors errors(GoldenCase golden, Graph exact, Graph deployed) {
    double[] expected = golden.file().tensor("y_exact").toDoubles();
    double[] found = golden.output(deployed);
    double[] errors =
        IntStream.range(0, expected.length).mapToDouble(i -> found[i] - expected[i]).toArray();
    double weight = 0;
    for (Node layer : GoldenCase.layers(exact)) {
      Node other = deployed.find(layer.name()).orElseThrow();
      for (String part : List.of("weight", "bias")) {
        Tensor truth = layer.operator().parameters().get(part);
        Tensor rounded = other.operator().parameters().get(part);
        for (int i = 0; i < truth.size(); i++) {
          double unit = Math.ulp((float) truth.get(i)) / 2;
          weight = Math.max(weight, Math.abs(rounded.get(i) - truth.get(i)) / unit);
        }
      }
    }
    return new Errors(
        weight,
        GoldenCase.largest(errors) / GoldenCase.largest(expected),
        rootMeanSquare(errors) / rootMeanSquare(expected));
  }

  private static double rootMeanSquare(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number * number;
    }
    return Math.sqrt(sum / numbers.length);
  }

  static String table(List<GoldenCase> cases) {
    return cases.stream()
        .map(GoldenErrors::of)
        .map(GoldenErrors::row)
        .collect(
            Collectors.joining(
                "",
                "| case | weight, ours | reference | output (rms), ours | reference | output"
                    + " (largest), ours | reference |\n|---|---|---|---|---|---|---|\n",
                ""));
  }

  private String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %.3f | %.3f | %.2e | %.2e | %.2e | %.2e |%n",
        name,
        ours.weight,
        theirs.weight,
        ours.output,
        theirs.output,
        ours.largestOutput,
        theirs.largestOutput);
  }
}
