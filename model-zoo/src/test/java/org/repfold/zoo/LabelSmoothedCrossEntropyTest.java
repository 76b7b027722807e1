package org.repfold.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;

class LabelSmoothedCrossEntropyTest {
  private static final ActivationIdentity IDENTITY = new ActivationIdentity();
  private final LabelSmoothedCrossEntropy loss = new LabelSmoothedCrossEntropy(0.1);
  private final INDArray labels = Nd4j.create(new double[][] {{1, 0, 0}, {0, 0, 1}});
  private final INDArray logits = Nd4j.create(new double[][] {{0.3, -1.2, 2}, {1.5, 0.1, -0.7}});

  private double score(INDArray at) {
    return loss.computeScore(labels, at, IDENTITY, null, false);
  }

  @Test
  void gradientIsTheSlopeOfTheScore() {
    INDArray gradient = loss.computeGradient(labels, logits, IDENTITY, null);
    double step = 1e-6;
    for (int i = 0; i < logits.length(); i++) {
      INDArray above = logits.dup();
      above.putScalar(i, above.getDouble(i) + step);
      INDArray below = logits.dup();
      below.putScalar(i, below.getDouble(i) - step);
      assertEquals((score(above) - score(below)) / (2 * step), gradient.getDouble(i), 1e-8);
    }
  }

  @Test
  void uniformLogitsCostTheLogOfTheClasses() {
    assertEquals(2 * Math.log(3), score(Nd4j.zeros(logits.dataType(), 2, 3)), 1e-12);
  }

  @Test
  void hugeLogitsStayFinite() {
    double score = score(logits.mul(1e6));
    assertTrue(Double.isFinite(score));
  }

  @Test
  void otherActivationsAreRefused() {
    assertThrows(
        BadInputException.class,
        () -> loss.computeScore(labels, logits, new ActivationSoftmax(), null, false));
  }
}
