package org.repfold.converter.verify;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.execute.Engine;

/**
 * What to verify with.
 *
 * @param seed of the probes
 * @param data real inputs
 * @param trainEngines compute the train form in float32; if none, the reference executor does
 * @param deployEngines compute the deploy form in float32; if none, the reference executor does
 * @param batch how many real inputs are computed at once, fewer if they are large
 * @param probing which made-up inputs
 */
public record VerifyOptions(
    long seed,
    Optional<LabelledData> data,
    List<Engine> trainEngines,
    List<Engine> deployEngines,
    int batch,
    Probing probing) {

  /** How many kinds of made-up inputs are used. */
  public enum Probing {
    /** Normal, large and image-like ones: a third of the time. */
    SOME,
    /** All kinds. */
    ALL
  }

  public VerifyOptions {
    trainEngines = List.copyOf(trainEngines);
    deployEngines = List.copyOf(deployEngines);
    if (batch < 1) {
      throw new IllegalArgumentException("batch: expected at least 1, found " + batch);
    }
  }

  /** Seed 1, no data, the reference executor, all probes. */
  public static VerifyOptions defaults() {
    return new VerifyOptions(1, Optional.empty(), List.of(), List.of(), 100, Probing.ALL);
  }

  public VerifyOptions withSeed(long newSeed) {
    return new VerifyOptions(newSeed, data, trainEngines, deployEngines, batch, probing);
  }

  public VerifyOptions withData(LabelledData newData) {
    return new VerifyOptions(
        seed, Optional.of(newData), trainEngines, deployEngines, batch, probing);
  }

  public VerifyOptions withEngines(List<Engine> train, List<Engine> deploy) {
    return new VerifyOptions(seed, data, train, deploy, batch, probing);
  }

  public VerifyOptions withProbing(Probing newProbing) {
    return new VerifyOptions(seed, data, trainEngines, deployEngines, batch, newProbing);
  }
}
