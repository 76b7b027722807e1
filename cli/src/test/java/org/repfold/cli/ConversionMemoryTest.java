package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.zoo.catalog.Architecture;

class ConversionMemoryTest {
  /**
   * What a network of any size takes: DL4J, ND4J and ONNX Runtime themselves, compiled code, and
   * twice the heap of a conversion that has nothing large at all.
   */
  private static final long BASE = 600L << 20;

  @TempDir Path folder;

  /** A network of 150 MB, the largest of whose tensors takes half of this heap in float64. */
  @Test
  @Tag("slow")
  @EnabledOnOs(OS.LINUX)
  void aCheckpointConvertsWithinTwiceItsSizeBesideWhatEveryConversionTakes() throws Exception {
    Path checkpoint = folder.resolve("t224.safetensors");
    RandomCheckpoint.write(Architecture.find("repmlpnet_t224"), checkpoint);

    ConversionMemory memory =
        ConversionMemory.measure(
            "400m",
            List.of(
                "convert",
                checkpoint.toString(),
                "--no-verify",
                "-o",
                folder.resolve("deploy.onnx").toString()));

    assertEquals(Main.DONE, memory.exitCode());
    long limit = BASE + 2 * Files.size(checkpoint);
    assertTrue(
        memory.ownBytes() <= limit,
        () -> "expected at most " + limit + " bytes, found " + memory.ownBytes());
  }
}
