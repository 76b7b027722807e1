package org.repfold.converter.verify;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * A batch of made-up inputs, {@code [N, ...]} float32.
 *
 * @param kind what is in it, one word
 * @param seed of its random numbers
 * @param samples the batch size
 * @param values gives one sample's values, row-major, by its number; those of several inputs one
 *     behind the other
 */
record Probe(String kind, long seed, int samples, IntFunction<float[]> values) {

  /** The values of some samples, row-major. */
  float[] values(int first, int count) {
    float[] sample = values.apply(first);
    float[] result = Arrays.copyOf(sample, Math.multiplyExact(sample.length, count));
    for (int i = 1; i < count; i++) {
      System.arraycopy(values.apply(first + i), 0, result, i * sample.length, sample.length);
    }
    return result;
  }

  /** The first sample alone. */
  Probe ofOne() {
    return new Probe(kind, seed, 1, values);
  }

  /** This one's samples, and behind each that of another probe. */
  Probe and(Probe other) {
    return new Probe(
        kind,
        seed,
        samples,
        number -> {
          float[] own = values.apply(number);
          float[] more = other.values.apply(number);
          float[] both = Arrays.copyOf(own, own.length + more.length);
          System.arraycopy(more, 0, both, own.length, more.length);
          return both;
        });
  }
}
