package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.rules.ErfGelu;
import org.repfold.converter.fold.rules.ParallelDense;
import org.repfold.converter.verify.certificate.Certificate;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/** Folds that rest on what stands before the values that they take. */
class CertifiedTest {
  private final GraphBuilder graph = new GraphBuilder();

  private void assertCertified(String input, Tensor scale) {
    RandomOperators random = new RandomOperators(4);
    Tensor one = Tensor.vector(1, 1);
    Tensor zero = Tensor.vector(0, 0);
    graph.add("norm", new Operator.BatchNormalization(scale, one, zero, one, 0), input);
    graph.add("dense", new Operator.Gemm(random.tensor(2, 2), Optional.empty()), input);
    graph.add("sum", new Operator.Add(), "dense", "norm");
    graph.output("sum").output("norm");

    Certified certified = Certified.fold(graph.build(), List.of(new ParallelDense()));

    assertEquals(
        List.of(Certificate.Outcome.CERTIFIED),
        certified.certificates().stream().map(Certificate::outcome).toList());
  }

  @Test
  void anAddendOfScaleZeroThatStaysForAnotherIsCertified() {
    graph.input("x", -1, 2);
    assertCertified("x", Tensor.vector(0, 0));
  }

  @Test
  void anAddendThatIsComputedFromConstantsIsCertified() {
    graph.input("x", -1, 2);
    graph.add("constant", new Operator.Constant(Tensor.of(Shape.of(1, 2), 3.0, 4.0)));
    assertCertified("constant", Tensor.vector(2, -1));
  }

  /** {@code 1 + erf(-2.7)} cancels to 1e-4; a GELU that is computed as such keeps its digits. */
  @Test
  void aFunctionOfConstantsIsNotHeldToTheRoundingOfSums() {
    graph.add("constant", new Operator.Constant(Tensor.of(Shape.of(1, 1), -1.9285223481728353)));
    graph.add("x", new Operator.Gemm(Tensor.of(Shape.of(1, 1), 2.0), Optional.empty()), "constant");
    graph.add("root", new Operator.Constant(Tensor.of(Shape.of(), Math.sqrt(2))));
    graph.add("one", new Operator.Constant(Tensor.of(Shape.of(), 1.0)));
    graph.add("argument", new Operator.Div(), "x", "root");
    graph.add("erf", new Unary.Erf(), "argument");
    graph.add("sum", new Operator.Add(), "erf", "one");
    graph.add("y", new Operator.Mul(), "x", "sum");

    Certified certified = Certified.fold(graph.output("y").build(), List.of(new ErfGelu()));

    assertEquals(
        List.of(Certificate.Outcome.SAMPLED),
        certified.certificates().stream().map(Certificate::outcome).toList());
  }
}
