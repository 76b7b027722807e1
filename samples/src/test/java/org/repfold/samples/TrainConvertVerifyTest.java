package org.repfold.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.zoo.data.LabelledImages;

class TrainConvertVerifyTest {
  /** Two epochs of 2,000 images teach the tiny network clearly more than the 0.1 of guessing. */
  private static final double LEAST_ACCURACY = 0.4;

  @TempDir Path folder;

  @Test
  void theSamplePredictsWithTheConvertedNetwork() throws IOException {
    Path data = Path.of("..", "data", "fashion-mnist");
    LabelledImages test = LabelledImages.test(data).first(200);
    Path deployed = folder.resolve("deploy.zip");

    int[] predicted =
        TrainConvertVerify.run(LabelledImages.training(data).first(2000), test, deployed);

    assertEquals(200, predicted.length);
    long correct =
        java.util.stream.IntStream.range(0, 200).filter(i -> predicted[i] == test.label(i)).count();
    assertTrue(correct >= LEAST_ACCURACY * 200, "only " + correct + " of 200 are right");
    assertTrue(Files.size(deployed) > 0);
  }
}
