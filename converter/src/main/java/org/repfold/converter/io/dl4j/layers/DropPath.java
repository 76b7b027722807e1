package org.repfold.converter.io.dl4j.layers;

import java.util.Objects;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Stochastic depth (Huang and others, arXiv 1603.09382), for a {@code DropoutLayer} behind a branch
 * of a residual block: in training each example loses the whole branch with probability {@code
 * rate}, and the branches that stay are divided by {@code 1 - rate}; otherwise nothing happens.
 * What is lost follows from the seed and the count of steps, so training that was stopped and
 * resumed loses the same.
 */
public final class DropPath implements IDropout {
  private static final long serialVersionUID = 1L;

  /** Separates the streams of consecutive steps; odd, and not the generator's own stride. */
  private static final long STEP_STRIDE = 0xD1342543DE82EF95L;

  private final double rate;
  private final long seed;
  private transient double[] factors;

  /**
   * Stochastic depth.
   *
   * @param rate the probability with which an example loses the branch, at least 0 and below 1
   * @param seed another for each branch of a network
   */
  public DropPath(@JsonProperty("rate") double rate, @JsonProperty("seed") long seed) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "DropPath: expected a rate of at least 0 and below 1, found " + rate);
    }
    this.rate = rate;
    this.seed = seed;
  }

  public double getRate() {
    return rate;
  }

  public long getSeed() {
    return seed;
  }

  @Override
  public INDArray applyDropout(
      INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaceMgr) {
    SplittableRandom random = new SplittableRandom(seed + STEP_STRIDE * iteration);
    factors = new double[Math.toIntExact(input.size(0))];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = random.nextDouble() < rate ? 0 : 1 / (1 - rate);
    }
    return scaled(input, result);
  }

  @Override
  public INDArray backprop(INDArray delta, INDArray result, int iteration, int epoch) {
    if (factors == null) {
      throw new IllegalStateException("DropPath: expected a forward pass in training before");
    }
    scaled(delta, result);
    clear();
    return result;
  }

  private INDArray scaled(INDArray from, INDArray to) {
    INDArray vector = Nd4j.createFromArray(factors).castTo(to.dataType());
    Nd4j.getExecutioner().exec(new BroadcastMulOp(from.castTo(to.dataType()), vector, to, 0));
    return to;
  }

  @Override
  public void clear() {
    factors = null;
  }

  @Override
  public DropPath clone() {
    return new DropPath(rate, seed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DropPath that && rate == that.rate && seed == that.seed;
  }

  @Override
  public int hashCode() {
    return Objects.hash(rate, seed);
  }

  @Override
  public String toString() {
    return "DropPath(%s, seed %d)".formatted(rate, seed);
  }
}
