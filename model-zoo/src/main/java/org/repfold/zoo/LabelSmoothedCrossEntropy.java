package org.repfold.zoo;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.graph.BadInputException;

/**
 * Softmax cross-entropy on logits {@code [N, K]} with label smoothing (Szegedy et al., arXiv
 * 1512.00567, section 7): the target of class {@code k} is {@code (1 - s) * label + s / K}. The
 * softmax is inside the loss, so that the network itself ends in logits and the loss stays finite
 * for any finite logits.
 */
public final class LabelSmoothedCrossEntropy implements ILossFunction {
  private static final long serialVersionUID = 1L;

  private final double labelSmoothing;

  /**
   * A loss of the given smoothing.
   *
   * @throws BadInputException unless {@code 0 <= labelSmoothing < 1}
   */
  public LabelSmoothedCrossEntropy(@JsonProperty("labelSmoothing") double labelSmoothing) {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new BadInputException("labelSmoothing: expected 0 <= s < 1, found " + labelSmoothing);
    }
    this.labelSmoothing = labelSmoothing;
  }

  public double getLabelSmoothing() {
    return labelSmoothing;
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, logits, activation, mask).sumNumber().doubleValue();
    return average ? sum / logits.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    check(labels, logits, activation);
    INDArray loss = logSoftmax(logits).muli(targets(labels, logits)).sum(true, 1).negi();
    return mask == null ? loss : loss.muliColumnVector(mask);
  }

  /** {@code softmax(logits) - targets}, as the targets of an example sum to one. */
  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    check(labels, logits, activation);
    INDArray gradient = Transforms.exp(logSoftmax(logits), false).subi(targets(labels, logits));
    return mask == null ? gradient : gradient.muliColumnVector(mask);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    return new Pair<>(
        computeScore(labels, logits, activation, mask, average),
        computeGradient(labels, logits, activation, mask));
  }

  private INDArray targets(INDArray labels, INDArray logits) {
    return labels
        .castTo(logits.dataType())
        .mul(1 - labelSmoothing)
        .addi(labelSmoothing / logits.size(1));
  }

  /** Subtracts the largest logit first: no exponential overflows. */
  private static INDArray logSoftmax(INDArray logits) {
    INDArray shifted = logits.subColumnVector(logits.max(true, 1));
    INDArray logSum = Transforms.log(Transforms.exp(shifted, true).sum(true, 1), false);
    return shifted.subiColumnVector(logSum);
  }

  private static void check(INDArray labels, INDArray logits, IActivation activation) {
    if (!(activation instanceof ActivationIdentity)) {
      throw new BadInputException(
          "LabelSmoothedCrossEntropy: expected the identity activation, found " + activation);
    }
    if (!labels.equalShapes(logits)) {
      throw new BadInputException(
          "LabelSmoothedCrossEntropy: labels %s do not fit logits %s"
              .formatted(
                  java.util.Arrays.toString(labels.shape()),
                  java.util.Arrays.toString(logits.shape())));
    }
  }

  @Override
  public String name() {
    return toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelSmoothedCrossEntropy that
        && Double.compare(labelSmoothing, that.labelSmoothing) == 0;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(labelSmoothing);
  }

  @Override
  public String toString() {
    return "LabelSmoothedCrossEntropy(labelSmoothing=" + labelSmoothing + ")";
  }
}
