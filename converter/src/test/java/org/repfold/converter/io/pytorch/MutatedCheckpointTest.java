package org.repfold.converter.io.pytorch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.converter.io.Checkpoint;
import org.repfold.graph.BadInputException;

/** Whatever happens to a checkpoint's bytes, reading it succeeds or is refused, soon. */
class MutatedCheckpointTest {
  private static final long SEED = 20260103;

  /** Bytes that mean something: pickle's instructions, small lengths, the largest ones. */
  private static final byte[] TELLING =
      HexFormat.of()
          .parseHex(
              "0001020408107f80ff"
                  + "2830313242434a4b4d4e50515254555861626364656768696a6c6f707172737475"
                  + "7d5d29808182858687888a8b8c8d8e8f9091929394");

  @TempDir Path folder;

  /** Without checksums, as otherwise these would notice every change before anything else does. */
  private static List<byte[]> sources() {
    return Stream.concat(
            Stream.of(
                    "without_checksums.pth",
                    "types_legacy.pth",
                    "strides_legacy.pth",
                    "training_legacy.pth",
                    "../golden/repmlpnet_block.safetensors")
                .map(MutatedCheckpointTest::bytes),
            Stream.of(withoutChecksum(PickleBytes.sound())))
        .toList();
  }

  private static byte[] bytes(String fixture) {
    try {
      return Files.readAllBytes(PyTorchReaderTest.fixture(fixture));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] withoutChecksum(byte[] pickle) {
    ZipBytes zip = ZipBytes.checkpoint(pickle);
    zip.entry(0).checksum = 0;
    return zip.bytes();
  }

  private static byte[] mutated(byte[] source, Random random) {
    byte[] bytes = source.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      bytes = changed(bytes, random);
    }
    return bytes;
  }

  private static byte[] changed(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return bytes;
    }
    // Headers, directories and pickles are at the ends; what is between are numbers.
    int near = Math.min(bytes.length, 1500);
    int at =
        switch (random.nextInt(3)) {
          case 0 -> random.nextInt(near);
          case 1 -> bytes.length - 1 - random.nextInt(near);
          default -> random.nextInt(bytes.length);
        };
    int length = Math.min(1 + random.nextInt(24), bytes.length - at);
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
      case 3 -> bytes[at] = (byte) random.nextInt();
      case 4 -> bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      case 5 -> {
        return joined(bytes, at, at + length, new byte[0]);
      }
      case 6 -> {
        return joined(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
      }
      default -> {
        return random.nextInt(10) == 0
            ? Arrays.copyOf(bytes, at)
            : joined(bytes, at, at, new byte[] {TELLING[random.nextInt(TELLING.length)]});
      }
    }
    return bytes;
  }

  /** The bytes with those from one place to another replaced. */
  private static byte[] joined(byte[] bytes, int from, int to, byte[] replacement) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    out.writeBytes(replacement);
    out.write(bytes, to, bytes.length - to);
    return out.toByteArray();
  }

  private void readMutated(int files, Duration limit) {
    List<byte[]> sources = sources();
    Random random = new Random(SEED);
    int[] refused = {0};
    int[] number = {0};
    assertTimeoutPreemptively(
        limit,
        () -> {
          for (; number[0] < files; number[0]++) {
            byte[] source = sources.get(number[0] % sources.size());
            byte[] bytes =
                random.nextInt(3) == 0
                    ? withoutChecksum(mutated(PickleBytes.sound(), random))
                    : mutated(source, random);
            refused[0] += isRefused(bytes, number[0]) ? 1 : 0;
          }
        },
        () -> "file " + number[0] + " takes for ever");
    assertTrue(refused[0] > files / 4, "only " + refused[0] + " of the files were refused");
    assertTrue(refused[0] < files, "no file was read");
  }

  private boolean isRefused(byte[] bytes, int number) {
    Path file = HostileFiles.write(folder, bytes);
    long start = System.nanoTime();
    try {
      Checkpoint.read(file);
      return false;
    } catch (BadInputException e) {
      assertFalse(e.getMessage().contains("\n"), e.getMessage());
      return true;
    } catch (RuntimeException | Error e) {
      return fail("file " + number + ": " + HexFormat.of().formatHex(bytes), e);
    } finally {
      long nanos = System.nanoTime() - start;
      assertTrue(
          nanos < HostileFiles.SOON.toNanos(), () -> "file " + number + " took " + nanos + " ns");
    }
  }

  @Test
  void damagedFilesAreReadOrRefused() {
    readMutated(600, Duration.ofSeconds(60));
  }

  @Test
  @Tag("slow")
  void manyDamagedFilesAreReadOrRefused() {
    readMutated(20_000, Duration.ofMinutes(10));
  }
}
