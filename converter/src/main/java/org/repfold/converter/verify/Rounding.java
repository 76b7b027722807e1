package org.repfold.converter.verify;

import java.util.List;

/**
 * How well the shipped parameters are rounded.
 *
 * @param passed whether every parameter is within the bound
 * @param values how many parameters were compared, one shared between nodes counted at each
 * @param bound in ULP
 * @param maxUlp the largest distance from the exact value in ULP of float32; null if that is
 *     infinite
 * @param correctlyRounded the share that is the float32 number nearest to the exact value
 * @param worst the parameter of the largest distance; null if all are exact
 * @param failures one sentence each, naming node and tensor
 */
public record Rounding(
    boolean passed,
    long values,
    double bound,
    Double maxUlp,
    double correctlyRounded,
    Worst worst,
    List<String> failures) {
  public Rounding {
    failures = List.copyOf(failures);
  }

  /** One element of a parameter; its values as text, as they may be infinite. */
  public record Worst(String node, String tensor, long index, String exact, String shipped) {}
}
