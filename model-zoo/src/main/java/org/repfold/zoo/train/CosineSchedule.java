package org.repfold.zoo.train;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.graph.BadInputException;

/**
 * A learning rate that rises to its peak during warm-up and then falls, along half a cosine, to its
 * end. It depends on the iteration alone. Sources: SGDR (Loshchilov and Hutter, arXiv 1608.03983)
 * and the one-cycle policy (Smith and Topin, arXiv 1708.07120).
 */
public final class CosineSchedule implements ISchedule {
  private static final long serialVersionUID = 1L;

  private final double start;
  private final double peak;
  private final double end;
  private final int warmUp;
  private final int total;

  /**
   * A schedule.
   *
   * @param start rate of iteration 0
   * @param peak rate after the warm-up
   * @param end rate after the last iteration
   * @param warmUp iterations of the warm-up
   * @param total all iterations
   * @throws BadInputException unless {@code 0 <= warmUp < total}
   */
  public CosineSchedule(
      @JsonProperty("start") double start,
      @JsonProperty("peak") double peak,
      @JsonProperty("end") double end,
      @JsonProperty("warmUp") int warmUp,
      @JsonProperty("total") int total) {
    if (warmUp < 0 || warmUp >= total) {
      throw new BadInputException(
          "expected 0 <= warmUp < total, found %d and %d".formatted(warmUp, total));
    }
    this.start = start;
    this.peak = peak;
    this.end = end;
    this.warmUp = warmUp;
    this.total = total;
  }

  public double getStart() {
    return start;
  }

  public double getPeak() {
    return peak;
  }

  public double getEnd() {
    return end;
  }

  public int getWarmUp() {
    return warmUp;
  }

  public int getTotal() {
    return total;
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    if (iteration < warmUp) {
      return anneal(start, peak, (double) iteration / warmUp);
    }
    return anneal(peak, end, Math.min(1, (double) (iteration - warmUp) / (total - warmUp)));
  }

  private static double anneal(double from, double to, double share) {
    return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
  }

  @Override
  public CosineSchedule clone() {
    return new CosineSchedule(start, peak, end, warmUp, total);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CosineSchedule that
        && start == that.start
        && peak == that.peak
        && end == that.end
        && warmUp == that.warmUp
        && total == that.total;
  }

  @Override
  public int hashCode() {
    return java.util.Objects.hash(start, peak, end, warmUp, total);
  }

  @Override
  public String toString() {
    return "CosineSchedule(%g to %g to %g, warm-up %d of %d)"
        .formatted(start, peak, end, warmUp, total);
  }
}
