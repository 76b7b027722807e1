package org.repfold.zoo.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  private static final int MAGIC_IMAGES = 0x803;
  private static final int MAGIC_LABELS = 0x801;

  @TempDir Path folder;

  private static byte[] idx(int magic, int[] sizes, byte... values) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(magic);
      for (int size : sizes) {
        out.writeInt(size);
      }
      out.write(values);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] images() {
    return idx(MAGIC_IMAGES, new int[] {2, 1, 2}, (byte) 1, (byte) 2, (byte) 3, (byte) 255);
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private String errorOf(byte[] content) throws IOException {
    Path file = file("broken", content);
    String message = assertThrows(IOException.class, () -> IdxFile.read(file, 3)).getMessage();
    assertTrue(message.contains("broken"), message);
    return message;
  }

  @Test
  void plainFileIsRead() throws IOException {
    IdxFile idx = IdxFile.read(file("plain", images()), 3);
    assertArrayEquals(new int[] {2, 1, 2}, idx.sizes());
    assertArrayEquals(new byte[] {1, 2, 3, -1}, idx.values());
  }

  @Test
  void gzippedFileIsReadWhateverItsName() throws IOException {
    Path file = folder.resolve("zipped");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(images());
    }
    assertArrayEquals(new byte[] {1, 2, 3, -1}, IdxFile.read(file, 3).values());
  }

  @Test
  void emptyFileIsTruncated() throws IOException {
    assertTrue(errorOf(new byte[0]).contains("truncated"));
  }

  @Test
  void wrongMagicIsNamed() throws IOException {
    assertTrue(errorOf(idx(MAGIC_LABELS, new int[] {1}, (byte) 1)).contains("00000801"));
  }

  @Test
  void missingValuesAreCounted() throws IOException {
    byte[] whole = images();
    assertTrue(errorOf(Arrays.copyOf(whole, whole.length - 1)).contains("found 3"));
  }

  @Test
  void trailingBytesAreRefused() throws IOException {
    byte[] whole = images();
    assertTrue(errorOf(Arrays.copyOf(whole, whole.length + 1)).contains("found more"));
  }

  @Test
  void negativeSizeIsRefused() throws IOException {
    assertTrue(errorOf(idx(MAGIC_IMAGES, new int[] {2, -1, 2})).contains("-1"));
  }

  @Test
  void hugeSizesAreRefusedWithoutAllocatingThem() throws IOException {
    assertTrue(errorOf(idx(MAGIC_IMAGES, new int[] {65536, 65536, 2})).contains("65536"));
    assertTrue(errorOf(idx(MAGIC_IMAGES, new int[] {2147, 1000, 1000})).contains("found 0"));
  }

  @Test
  void truncatedGzipIsRefused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(images());
    }
    assertTrue(errorOf(Arrays.copyOf(bytes.toByteArray(), 15)).contains("broken"));
  }

  @Test
  void labelsOfAnotherCountAreRefused() throws IOException {
    file("train-images-idx3-ubyte", images());
    file("train-labels-idx1-ubyte", idx(MAGIC_LABELS, new int[] {1}, (byte) 1));
    String message =
        assertThrows(IOException.class, () -> LabelledImages.training(folder)).getMessage();
    assertTrue(message.contains("expected 2 labels"), message);
  }

  @Test
  void missingFileIsNamed() {
    NoSuchFileException error =
        assertThrows(NoSuchFileException.class, () -> LabelledImages.test(folder));
    assertTrue(error.getFile().contains("t10k-images-idx3-ubyte"));
  }
}
