package org.repfold.converter.verify.certificate;

import java.util.List;
import java.util.stream.Stream;

/**
 * What is known of a network's folds for all inputs.
 *
 * @param folds one for each fold, in order; empty if none were asked for
 * @param seconds that they took
 */
public record Certificates(List<Certificate> folds, double seconds) {
  public Certificates {
    folds = List.copyOf(folds);
  }

  /** None were asked for. */
  public static Certificates none() {
    return new Certificates(List.of(), 0);
  }

  /** Of these folds and then those. */
  public Certificates and(Certificates others) {
    return new Certificates(
        Stream.concat(folds.stream(), others.folds.stream()).toList(), seconds + others.seconds);
  }

  /** Of the first folds, as many as given. */
  public Certificates first(int number) {
    return folds.isEmpty() ? this : new Certificates(folds.subList(0, number), seconds);
  }

  /** How many folds have an outcome. */
  public int count(Certificate.Outcome outcome) {
    return (int) folds.stream().filter(fold -> fold.outcome() == outcome).count();
  }

  /** The certificate of a fold. */
  public Certificate of(int fold) {
    return folds.isEmpty() ? Certificate.sampled("no certificate was asked for") : folds.get(fold);
  }
}
