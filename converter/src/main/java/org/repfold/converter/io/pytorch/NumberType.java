package org.repfold.converter.io.pytorch;

import java.util.Optional;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.ElementFormat;

/**
 * A type of numbers that a pickle names, as a storage's class or as a {@code dtype}.
 *
 * @param name Python's
 * @param format empty where such numbers are not read
 */
record NumberType(String name, Optional<ElementFormat> format) implements IObjectConstructor {
  @Override
  public Object construct(Object[] arguments) {
    throw new PickleException("a type of numbers makes no object");
  }

  /** The bytes that a number takes. */
  int width() {
    return format.orElseThrow().width();
  }

  /**
   * How such numbers are read.
   *
   * @throws BadInputException if they are not
   */
  ElementFormat readable() {
    return format.orElseThrow(
        () ->
            new BadInputException(
                "expected numbers of torch.float64, float32, float16, bfloat16, int64, int32,"
                    + " int16, int8, uint8 or bool, found "
                    + name));
  }
}
