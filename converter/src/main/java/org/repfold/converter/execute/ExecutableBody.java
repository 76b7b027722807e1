package org.repfold.converter.execute;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.ElementType;
import org.repfold.graph.Operator;

/** The body of an unknown operator that its source can compute. */
public interface ExecutableBody extends Operator.Opaque.Body {

  /**
   * Computes the operator.
   *
   * @param inputs row-major, in the operator's order; they must not be changed
   * @param type of all floating-point values, in which the source's own parameters are used too
   * @return row-major, owning its memory
   */
  INDArray execute(List<INDArray> inputs, ElementType type);
}
