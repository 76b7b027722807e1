package org.repfold.converter.verify;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.repfold.graph.Shape;

/** The made-up inputs of a verification, seeded. */
final class Probes {
  private static final int WAVES = 4;

  /** How many seeds the probes of one input take. */
  private static final int KINDS = 8;

  private static final Set<String> SOME = Set.of("normal", "large", "image-like");

  private Probes() {}

  /**
   * The probes for several inputs, all of one kind at a time.
   *
   * @param samples the shape of one sample of each input
   */
  static List<Probe> of(VerifyOptions.Probing probing, List<Shape> samples, long seed) {
    List<Probe> probes = of(probing, samples.get(0), seed);
    for (int input = 1; input < samples.size(); input++) {
      List<Probe> more = of(probing, samples.get(input), seed + (long) input * KINDS);
      List<Probe> before = probes;
      probes =
          IntStream.range(0, more.size()).mapToObj(i -> before.get(i).and(more.get(i))).toList();
    }
    return probes;
  }

  /** The probes for an input; those that are left out change nothing about the others. */
  static List<Probe> of(VerifyOptions.Probing probing, Shape sample, long seed) {
    List<Probe> all = all(sample, seed);
    return probing == VerifyOptions.Probing.ALL
        ? all
        : all.stream().filter(probe -> SOME.contains(probe.kind())).toList();
  }

  /**
   * All probes for an input.
   *
   * @param sample the shape of one sample, without the batch axis
   */
  static List<Probe> all(Shape sample, long seed) {
    int size = Math.toIntExact(sample.elements());
    return List.of(
        random("normal", seed, 2, size, random -> random.nextGaussian()),
        random("uniform", seed + 1, 1, size, random -> 2 * random.nextDouble() - 1),
        new Probe("one-hot", seed + 2, 2, number -> oneHot(size, seed + 2, number)),
        new Probe("constant", seed + 3, 1, number -> filled(size, 1)),
        random("large", seed + 4, 1, size, random -> 1e4 * random.nextGaussian()),
        random("tiny", seed + 5, 1, size, random -> 1e-30 * random.nextGaussian()),
        new Probe("negative-zero", seed + 6, 1, number -> filled(size, -0.0f)),
        new Probe("image-like", seed + 7, 2, number -> waves(sample, size, seed + 7, number)));
  }

  private static Probe random(
      String kind, long seed, int samples, int size, Function<Random, Double> draw) {
    return new Probe(
        kind,
        seed,
        samples,
        number -> {
          Random random = generator(seed, number);
          float[] values = new float[size];
          for (int i = 0; i < size; i++) {
            values[i] = draw.apply(random).floatValue();
          }
          return values;
        });
  }

  private static float[] oneHot(int size, long seed, int number) {
    float[] values = new float[size];
    values[generator(seed, number).nextInt(size)] = 1;
    return values;
  }

  private static float[] filled(int size, float value) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return values;
  }

  /**
   * A few waves of at most four periods along the last two axes, as most of an image's energy is in
   * low frequencies.
   */
  private static float[] waves(Shape sample, int size, long seed, int number) {
    Random random = generator(seed, number);
    int width = sample.rank() > 0 ? (int) sample.dimension(-1) : 1;
    int height = sample.rank() > 1 ? (int) sample.dimension(-2) : 1;
    int plane = Math.max(1, width * height);
    float[] values = new float[size];
    for (int start = 0; start < size; start += plane) {
      for (int wave = 0; wave < WAVES; wave++) {
        double along = 2 * Math.PI * random.nextInt(5) / width;
        double down = 2 * Math.PI * random.nextInt(5) / height;
        double phase = 2 * Math.PI * random.nextDouble();
        for (int i = 0; i < plane; i++) {
          values[start + i] +=
              (float) (StrictMath.cos(along * (i % width) + down * (i / width) + phase) / WAVES);
        }
      }
    }
    return values;
  }

  private static Random generator(long seed, int number) {
    return new Random(seed * 1_000_003 + number);
  }
}
