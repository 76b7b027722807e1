package org.repfold.converter.io.pytorch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.PickleException;

/**
 * Numbers, tuples and dictionaries as the unpickler makes them, held to what a checkpoint needs.
 */
final class PickledValues {
  /** PyTorch's own limit. */
  private static final int MOST_AXES = 64;

  private PickledValues() {}

  /** An integer of at least 0. */
  static long natural(Object number) {
    if (!(number instanceof Integer || number instanceof Long)) {
      throw new PickleException("no integer");
    }
    long value = ((Number) number).longValue();
    if (value < 0) {
      throw new PickleException("a negative integer");
    }
    return value;
  }

  /** A tuple of an integer of at least 0 for each axis of a tensor. */
  static List<Long> axes(Object tuple) {
    Object[] numbers = (Object[]) tuple;
    if (numbers.length > MOST_AXES) {
      throw new PickleException("more axes than a tensor has");
    }
    List<Long> values = new ArrayList<>();
    for (Object number : numbers) {
      values.add(natural(number));
    }
    return List.copyOf(values);
  }

  /**
   * Adds an entry to a dictionary. Keys are text, numbers or truth values: to hash anything else
   * may take for ever, as a list may hold itself.
   */
  static void put(Map<Object, Object> map, Object key, Object value) {
    if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
      throw new PickleException("a key that is neither text nor a number");
    }
    if (map.containsKey(key)) {
      throw new PickleException("a key that comes twice");
    }
    map.put(key, value);
  }
}
