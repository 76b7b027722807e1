package org.repfold.graph.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class ElementFormatTest {
  /** More than a piece of any format, and no round number. */
  private static final Shape LONG = Shape.of(3, 700_001);

  private static final int START = 5;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(ElementFormat.class)
  void numbersOfEitherByteOrderAreTheSame(ElementFormat format) throws IOException {
    byte[] little = bytes(format);
    byte[] big = little.clone();
    for (int start = START; start < big.length; start += format.width()) {
      for (int i = 0; i < format.width(); i++) {
        big[start + i] = little[start + format.width() - 1 - i];
      }
    }
    Tensor read = read(little, format, LONG, ByteOrder.LITTLE_ENDIAN);
    assertEquals(format.type(), read.type());
    assertEquals(read, read(big, format, LONG, ByteOrder.BIG_ENDIAN));
  }

  @ParameterizedTest
  @EnumSource(ElementFormat.class)
  void lastNumberIsReadFromItsOwnBytes(ElementFormat format) throws IOException {
    byte[] bytes = bytes(format);
    byte[] last = new byte[START + format.width()];
    System.arraycopy(bytes, bytes.length - format.width(), last, START, format.width());
    Tensor all = read(bytes, format, LONG, ByteOrder.LITTLE_ENDIAN);
    Tensor one = read(last, format, Shape.of(1), ByteOrder.LITTLE_ENDIAN);
    assertEquals(one.get(0), all.get(all.size() - 1));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16"})
  void manyFloatingPointNumbersStayInTheFile(ElementFormat format) throws IOException {
    byte[] bytes = bytes(format);
    Tensor all = read(bytes, format, LONG, ByteOrder.LITTLE_ENDIAN);
    assertTrue(all.isView());
    double[] read = all.toDoubles();
    for (int start = 0; start < all.size(); start += 100_000) {
      byte[] part = Arrays.copyOfRange(bytes, start * format.width(), bytes.length);
      part = Arrays.copyOf(part, START + 100_000 * format.width());
      double[] held = read(part, format, Shape.of(100_000), ByteOrder.LITTLE_ENDIAN).toDoubles();
      for (int i = 0; i < held.length && start + i < read.length; i++) {
        assertEquals(held[i], read[start + i]);
      }
    }
  }

  @Test
  void moreThanTheFileHoldsIsRefusedBeforeMemoryIsTaken() {
    assertRefused(
        () ->
            read(
                new byte[64],
                ElementFormat.FLOAT64,
                Shape.of(Integer.MAX_VALUE - 8),
                ByteOrder.LITTLE_ENDIAN),
        "found a file of 64");
  }

  @Test
  void moreThanAnArrayHoldsIsRefused() {
    assertRefused(
        () -> read(new byte[64], ElementFormat.INT8, Shape.of(1L << 31), ByteOrder.LITTLE_ENDIAN),
        "at most",
        "[2147483648]");
    assertRefused(
        () ->
            read(
                new byte[64],
                ElementFormat.INT8,
                Shape.of(1L << 40, 1L << 40),
                ByteOrder.LITTLE_ENDIAN),
        "at most");
  }

  /** Random numbers after a few bytes of something else. */
  private static byte[] bytes(ElementFormat format) {
    byte[] bytes = new byte[START + (int) LONG.elements() * format.width()];
    new Random(3).nextBytes(bytes);
    if (format == ElementFormat.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    Arrays.fill(bytes, 0, START, (byte) 0x55);
    return bytes;
  }

  private Tensor read(byte[] bytes, ElementFormat format, Shape shape, ByteOrder order)
      throws IOException {
    // A file of its own, as tensors go on reading from it.
    Path file = Files.write(Files.createTempFile(folder, "numbers", ""), bytes);
    return InputFile.read(file, in -> format.read(in, START, shape, order));
  }
}
