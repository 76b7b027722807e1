package org.repfold.converter.verify;

import java.util.function.IntFunction;

/**
 * A batch of made-up inputs, {@code [N, ...]} float32.
 *
 * @param kind what is in it, one word
 * @param seed of its random numbers
 * @param samples the batch size
 * @param values gives one sample's values, row-major, by its number
 */
record Probe(String kind, long seed, int samples, IntFunction<float[]> values) {

  /** The values of some samples, row-major. */
  float[] values(int first, int count) {
    float[] sample = values.apply(first);
    float[] result = java.util.Arrays.copyOf(sample, Math.multiplyExact(sample.length, count));
    for (int i = 1; i < count; i++) {
      System.arraycopy(values.apply(first + i), 0, result, i * sample.length, sample.length);
    }
    return result;
  }
}
