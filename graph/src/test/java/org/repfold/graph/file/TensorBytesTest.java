package org.repfold.graph.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.repfold.graph.Failures.assertRefused;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class TensorBytesTest {

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void tensorLongerThanTheBufferComesBackBitByBit(ElementType type) throws IOException {
    Random random = new Random(1);
    Shape shape = Shape.of(3, 10_007);
    Tensor tensor =
        type == ElementType.INT64
            ? Tensor.of(shape, random.longs(shape.elements()).toArray())
            : Tensor.of(shape, random.doubles(shape.elements()).toArray()).to(type);
    assertEquals(tensor, read(StoredType.of(type), shape, bytes(tensor)));
  }

  @Test
  void elementsAreLittleEndian() throws IOException {
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f}, bytes(Tensor.of(Shape.of(), 1f)));
  }

  @Test
  void scalarHasOneElement() throws IOException {
    assertEquals(
        Tensor.of(Shape.of(), 7L),
        read(StoredType.INT64, Shape.of(), new byte[] {7, 0, 0, 0, 0, 0, 0, 0}));
  }

  @Test
  void sourceThatEndsEarlyIsNoticed() {
    assertThrows(
        EOFException.class, () -> read(StoredType.FLOAT32, Shape.of(2), new byte[] {0, 0, 0, 0}));
  }

  @Test
  void bfloat16KeepsItsValue() throws IOException {
    assertEquals(
        Tensor.of(Shape.of(2), 1f, -3.140625f),
        read(StoredType.BFLOAT16, Shape.of(2), new byte[] {(byte) 0x80, 0x3f, 0x49, (byte) 0xc0}));
  }

  @Test
  void halfPrecisionKeepsItsValue() {
    assertEquals(1f, TensorBytes.halfToFloat((short) 0x3c00));
    assertEquals(-2f, TensorBytes.halfToFloat((short) 0xc000));
    assertEquals(65504f, TensorBytes.halfToFloat((short) 0x7bff));
    assertEquals(0x1p-14f, TensorBytes.halfToFloat((short) 0x0400));
  }

  @Test
  void subnormalHalfPrecisionKeepsItsValue() {
    assertEquals(0x1p-24f, TensorBytes.halfToFloat((short) 0x0001));
    assertEquals(-0x1.ff8p-15f, TensorBytes.halfToFloat((short) 0x83ff));
  }

  @Test
  void specialHalfPrecisionKeepsItsValue() {
    assertEquals(-0f, TensorBytes.halfToFloat((short) 0x8000));
    assertEquals(Float.POSITIVE_INFINITY, TensorBytes.halfToFloat((short) 0x7c00));
    assertEquals(Float.NEGATIVE_INFINITY, TensorBytes.halfToFloat((short) 0xfc00));
    assertEquals(Float.NaN, TensorBytes.halfToFloat((short) 0x7e00));
  }

  @Test
  void sizesThatOverflowAreRefused() {
    assertRefused(
        () -> StoredType.FLOAT32.bytes(1L << 40, 1L << 40), "at most", "1099511627776x10995");
    assertRefused(() -> StoredType.FLOAT64.bytes(1L << 32), "at most");
  }

  @Test
  void negativeSizesAreRefused() {
    assertRefused(() -> StoredType.FLOAT32.bytes(2, -1), "at least 0", "-1");
  }

  private static byte[] bytes(Tensor tensor) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TensorBytes.write(tensor, out);
    return out.toByteArray();
  }

  private static Tensor read(StoredType type, Shape shape, byte[] bytes) throws IOException {
    return TensorBytes.read(type, shape, Channels.newChannel(new ByteArrayInputStream(bytes)));
  }
}
