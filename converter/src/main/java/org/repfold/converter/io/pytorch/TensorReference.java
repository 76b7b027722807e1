package org.repfold.converter.io.pytorch;

import java.util.List;
import net.razorvine.pickle.PickleException;

/**
 * What a pickle says of a tensor: which elements of a storage are its own. Two references that say
 * the same mean one tensor.
 *
 * @param type of its numbers
 * @param offset of its first element, in elements
 * @param sizes of its axes, outermost first
 * @param strides how many elements apart neighbours along each axis are
 */
record TensorReference(
    StorageReference storage, NumberType type, long offset, List<Long> sizes, List<Long> strides) {
  TensorReference {
    if (sizes.size() != strides.size()) {
      throw new PickleException("sizes and strides that do not fit");
    }
  }

  /**
   * The storage, offset, sizes and strides that all of PyTorch's rebuilding functions start with.
   */
  static TensorReference of(Object[] arguments, NumberType type) {
    return new TensorReference(
        (StorageReference) arguments[0],
        type,
        PickledValues.natural(arguments[1]),
        PickledValues.axes(arguments[2]),
        PickledValues.axes(arguments[3]));
  }
}
