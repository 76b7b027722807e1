package org.repfold.graph.onnx;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.repfold.graph.BadInputException;

class MutatedModelTest {
  private static final byte[] MODEL = OnnxWriter.toBytes(OnnxWriterTest.network());

  /** Any other exception, an error for want of memory included, fails the property. */
  @Property(tries = 600, seed = "20260102")
  void damagedModelIsReadOrRefused(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 4) int bytes) {
    byte[] model = MODEL.clone();
    for (int i = 0; i < bytes; i++) {
      model[random.nextInt(model.length)] =
          random.nextBoolean() ? (byte) random.nextInt() : MODEL[random.nextInt(MODEL.length)];
    }
    if (random.nextInt(8) == 0) {
      model = Arrays.copyOf(model, random.nextInt(model.length));
    }
    try {
      OnnxReader.read(model);
    } catch (BadInputException expected) {
      if (expected.getMessage().contains("\n")) {
        throw new AssertionError("more than one line: " + expected.getMessage(), expected);
      }
    }
  }
}
