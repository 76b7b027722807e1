package org.repfold.zoo;

import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.repfold.graph.BadInputException;

/**
 * What a DL4J graph needs to know besides its architecture.
 *
 * @param dataType FLOAT or DOUBLE
 * @param seed seed of the initial weights
 * @param updater the optimiser
 * @param regularization of the training
 */
public record GraphOptions(
    DataType dataType, long seed, IUpdater updater, Regularization regularization) {

  /**
   * Validates.
   *
   * @throws BadInputException naming the option, what was expected and what was found
   */
  public GraphOptions {
    if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
      throw new BadInputException("dataType: expected FLOAT or DOUBLE, found " + dataType);
    }
    Objects.requireNonNull(updater, "updater");
    Objects.requireNonNull(regularization, "regularization");
  }

  /** Options of a graph that is only run, with seed 0. */
  public static GraphOptions inference(DataType dataType) {
    return new GraphOptions(dataType, 0, new NoOp(), Regularization.NONE);
  }
}
