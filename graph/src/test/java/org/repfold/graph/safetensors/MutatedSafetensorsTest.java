package org.repfold.graph.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.repfold.graph.BadInputException;

class MutatedSafetensorsTest {
  private static final int HEADER_START = 8;

  /** Any other exception, an error for want of memory included, fails the property. */
  @Property(tries = 400, seed = "20260101")
  void damagedFileIsReadOrRefused(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int bytes) throws IOException {
    byte[] file = Files.readAllBytes(SafetensorsReaderTest.golden());
    int header = file[0] & 0xff | (file[1] & 0xff) << 8;
    for (int i = 0; i < bytes; i++) {
      int position = random.nextInt(HEADER_START + header);
      file[position] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : file[HEADER_START + random.nextInt(header)];
    }
    if (random.nextInt(4) == 0) {
      file = Arrays.copyOf(file, random.nextInt(file.length + 8));
    }
    Path damaged = Files.createTempFile("damaged", ".safetensors");
    try {
      SafetensorsReader.read(Files.write(damaged, file));
    } catch (BadInputException expected) {
      if (expected.getMessage().contains("\n")) {
        throw new AssertionError("more than one line: " + expected.getMessage(), expected);
      }
    } finally {
      Files.delete(damaged);
    }
  }
}
