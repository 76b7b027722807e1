package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.List;
import org.repfold.converter.Conversion;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.verify.certificate.Certificate;
import org.repfold.converter.verify.certificate.Certificates;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/** Reports of conversions that went wrong. */
final class Broken {
  private static final String NODE = "conv_embedding.conv";

  private Broken() {}

  /** A fold whose first weight is one part in a thousand off. */
  static Report fold() {
    Conversion conversion = Conversion.of(ExampleNet.build(1));
    Folding lowering = conversion.lowering();
    Graph wrong = changed(lowering.folded(), value -> value * 1.001);
    Conversion broken =
        new Conversion(
            conversion.folding(),
            new Folding(
                lowering.source(),
                wrong,
                lowering.steps(),
                lowering.refusals(),
                lowering.equivalents()),
            conversion.certificates());
    return ExampleReport.of(broken, broken.deploy());
  }

  /** A right conversion whose first fold does not hold for all inputs. */
  static Report refuted() {
    Conversion conversion = Conversion.of(ExampleNet.build(1), Effort.ALL);
    List<Certificate> certificates = new ArrayList<>(conversion.certificates().folds());
    Certificate.Mismatch mismatch =
        new Certificate.Mismatch(
            "norm", List.of(0L, 3L), "input", List.of(0L, 1L), 1.5, 1.25, 0.25, 1e-15);
    certificates.set(
        0, new Certificate(Certificate.Outcome.REFUTED, null, 0, 16, 0, null, null, mismatch));
    certificates.set(1, Certificate.sampled("it has a <function>"));
    Conversion refuted =
        new Conversion(
            conversion.folding(), conversion.lowering(), new Certificates(certificates, 0));
    return ExampleReport.of(refuted, refuted.deploy());
  }

  /** A deploy file with an infinite weight. */
  static Report infiniteWeight() {
    Conversion conversion = Conversion.of(ExampleNet.build(1));
    return ExampleReport.of(
        conversion, changed(conversion.deploy(), value -> Double.POSITIVE_INFINITY));
  }

  static Report with(Report report, Timings timings) {
    return new Report(
        report.schemaVersion(),
        report.passed(),
        report.algebra(),
        report.rounding(),
        report.behaviour(),
        report.firstFailure(),
        report.failures(),
        report.provenance(),
        report.probes(),
        report.before(),
        report.after(),
        report.steps(),
        report.folds(),
        report.refusals(),
        report.values(),
        report.outputDifferences(),
        report.accuracies(),
        timings);
  }

  private static Graph changed(Graph graph, java.util.function.DoubleUnaryOperator change) {
    return Graph.of(
        graph.inputs(),
        graph.nodes().stream().map(node -> changed(node, change)).toList(),
        graph.outputs());
  }

  private static Node changed(Node node, java.util.function.DoubleUnaryOperator change) {
    if (!node.name().equals(NODE)) {
      return node;
    }
    Operator.Conv conv = (Operator.Conv) node.operator();
    double[] weight = conv.weight().toDoubles();
    weight[0] = change.applyAsDouble(weight[0]);
    Tensor tensor = Tensor.of(conv.weight().shape(), weight).to(conv.weight().type());
    return node.withOperator(new Operator.Conv(tensor, conv.bias(), conv.window(), conv.group()));
  }
}
