package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.repfold.graph.Refusals.assertRefused;

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
import org.repfold.graph.file.ElementFormat;

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
    assertEquals(tensor, read(type, shape, bytes(tensor)));
  }

  @Test
  void elementsAreLittleEndian() throws IOException {
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f}, bytes(Tensor.of(Shape.of(), 1f)));
  }

  @Test
  void scalarHasOneElement() throws IOException {
    assertEquals(
        Tensor.of(Shape.of(), 7L),
        read(ElementType.INT64, Shape.of(), new byte[] {7, 0, 0, 0, 0, 0, 0, 0}));
  }

  @Test
  void sourceThatEndsEarlyIsNoticed() {
    assertThrows(
        EOFException.class, () -> read(ElementType.FLOAT32, Shape.of(2), new byte[] {0, 0, 0, 0}));
  }

  @Test
  void sizesThatOverflowAreRefused() {
    assertRefused(
        () -> TensorBytes.count(ElementType.FLOAT32, 1L << 40, 1L << 40),
        "at most",
        "1099511627776x10995");
    assertRefused(() -> TensorBytes.count(ElementType.FLOAT64, 1L << 32), "at most");
  }

  @Test
  void negativeSizesAreRefused() {
    assertRefused(() -> TensorBytes.count(ElementType.FLOAT32, 2, -1), "at least 0", "-1");
  }

  private static byte[] bytes(Tensor tensor) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ElementFormat.write(tensor, out);
    return out.toByteArray();
  }

  private static Tensor read(ElementType type, Shape shape, byte[] bytes) throws IOException {
    return TensorBytes.read(type, shape, Channels.newChannel(new ByteArrayInputStream(bytes)));
  }
}
