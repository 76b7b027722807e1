package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Shape;

class ProbesTest {
  private static final Shape SAMPLE = Shape.of(3, 8, 9);

  @Test
  void everyKindIsThereOnceWithItsSeed() {
    List<Probe> probes = Probes.all(SAMPLE, 10);
    assertEquals(
        List.of(
            "normal",
            "uniform",
            "one-hot",
            "constant",
            "large",
            "tiny",
            "negative-zero",
            "image-like"),
        probes.stream().map(Probe::kind).toList());
    assertEquals(
        IntStream.range(10, 18).boxed().toList(),
        probes.stream().map(p -> (int) p.seed()).toList());
    assertTrue(probes.stream().anyMatch(p -> p.samples() == 1));
    assertTrue(probes.stream().anyMatch(p -> p.samples() > 1));
  }

  @Test
  void someProbesAreTheSameAsAmongAll() {
    List<Probe> some = Probes.of(VerifyOptions.Probing.SOME, SAMPLE, 10);
    assertEquals(List.of("normal", "large", "image-like"), some.stream().map(Probe::kind).toList());
    for (Probe probe : some) {
      Probe same =
          Probes.all(SAMPLE, 10).stream()
              .filter(p -> p.kind().equals(probe.kind()))
              .findFirst()
              .orElseThrow();
      assertArrayEquals(same.values(0, same.samples()), probe.values(0, probe.samples()));
    }
  }

  @Test
  void samplesAreTheSameHoweverTheyAreBatched() {
    for (Probe probe : Probes.all(SAMPLE, 4)) {
      float[] all = probe.values(0, probe.samples());
      for (int i = 0; i < probe.samples(); i++) {
        assertArrayEquals(
            Arrays.copyOfRange(all, i * 216, (i + 1) * 216), probe.values(i, 1), probe.kind());
      }
    }
  }

  @Test
  void samplesOfOneProbeDiffer() {
    for (Probe probe : Probes.all(SAMPLE, 4)) {
      if (probe.samples() > 1) {
        assertFalse(Arrays.equals(probe.values(0, 1), probe.values(1, 1)), probe.kind());
      }
    }
  }

  @Test
  void kindsAreWhatTheyAreCalled() {
    List<Probe> probes = Probes.all(SAMPLE, 4);
    float[] oneHot = probes.get(2).values(0, 1);
    assertEquals(1, IntStream.range(0, 216).filter(i -> oneHot[i] != 0).count());
    assertTrue(IntStream.range(0, 216).anyMatch(i -> probes.get(4).values(0, 1)[i] > 1e4));
    float[] tiny = probes.get(5).values(0, 1);
    assertTrue(IntStream.range(0, 216).allMatch(i -> Math.abs(tiny[i]) < 1e-29 && tiny[i] != 0));
    assertEquals(Integer.MIN_VALUE, Float.floatToRawIntBits(probes.get(6).values(0, 1)[100]));
    float[] image = probes.get(7).values(0, 1);
    assertTrue(IntStream.range(0, 216).allMatch(i -> Math.abs(image[i]) <= 1.0001));
  }
}
