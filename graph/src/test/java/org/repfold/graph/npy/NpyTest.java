package org.repfold.graph.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.Failures;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class NpyTest {
  private static final String FLOATS = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameAFile() {
    file = folder.resolve("x.npy");
  }

  @Test
  void float32ComesBackAsWritten() {
    assertComesBack(Tensor.of(Shape.of(2, 3), 1f, -0f, Float.MIN_VALUE, 4f, Float.NaN, 6.5f));
  }

  @Test
  void float64ComesBackAsWritten() {
    assertComesBack(Tensor.of(Shape.of(1, 3, 1), 1e300, -2, 0.1));
  }

  @Test
  void int64ComesBackAsWritten() {
    assertComesBack(Tensor.of(Shape.of(3), 1L, Long.MIN_VALUE, -1L));
  }

  @Test
  void scalarComesBackAsWritten() {
    assertComesBack(Tensor.of(Shape.of(), 2.5f));
  }

  @Test
  void emptyArrayComesBackAsWritten() {
    assertComesBack(Tensor.of(Shape.of(0, 4), new float[0]));
  }

  @Test
  void fileIsWhatNumPyWrites() throws IOException {
    Npy.write(Tensor.of(Shape.of(2), 1f, 2f), file, false);
    byte[] bytes = Files.readAllBytes(file);
    assertEquals(128 + 8, bytes.length);
    String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
    assertEquals(FLOATS + " ".repeat(117 - FLOATS.length()) + "\n", header);
  }

  @Test
  void versionTwoIsRead() throws IOException {
    Files.write(file, npy(2, FLOATS, 8));
    assertEquals(Shape.of(2), Npy.read(file).shape());
  }

  @Test
  void headerWithoutSpacesOrLastCommaIsRead() throws IOException {
    Files.write(file, npy(1, "{'shape':(1,2),'fortran_order':False,'descr':'<f8'}", 16));
    assertEquals(Shape.of(1, 2), Npy.read(file).shape());
  }

  @Test
  void missingFileIsNamed() {
    Failures.assertRefused(() -> Npy.read(file), "x.npy", "no such file");
  }

  @Test
  void emptyFileIsRefused() {
    assertRefused(new byte[0], "found the end within its header");
  }

  @Test
  void otherFileIsRefused() {
    assertRefused("not an array at all".getBytes(StandardCharsets.UTF_8), "expected a .npy file");
  }

  @Test
  void truncatedDataAreRefused() {
    assertRefused(npy(1, FLOATS, 7), "expected 8 bytes", "found 7");
  }

  @Test
  void trailingDataAreRefused() {
    assertRefused(npy(1, FLOATS, 9), "expected 8 bytes", "found 9");
  }

  @Test
  void headerLongerThanTheFileIsRefused() {
    byte[] bytes = Arrays.copyOf(npy(1, FLOATS, 0), 20);
    assertRefused(bytes, "found the end within its header");
  }

  @Test
  void hugeHeaderIsRefusedUnread() {
    byte[] bytes = npy(2, FLOATS, 8);
    Arrays.fill(bytes, 8, 12, (byte) 0xff);
    assertRefused(bytes, "4294967295");
  }

  @Test
  void hugeShapeIsRefused() {
    assertRefused(npy(1, FLOATS.replace("(2,)", "(4611686018427387904, 4)"), 8), "at most");
  }

  @Test
  void sizeBeyondLongIsRefused() {
    assertRefused(npy(1, FLOATS.replace("(2,)", "(99999999999999999999,)"), 8), "63 bits");
  }

  @Test
  void negativeSizeIsRefused() {
    assertRefused(npy(1, FLOATS.replace("(2,)", "(-2,)"), 8), "expected a header");
  }

  @Test
  void fortranOrderIsRefused() {
    assertRefused(npy(1, FLOATS.replace("False", "True"), 8), "Fortran order");
  }

  @Test
  void bigEndianIsRefused() {
    assertRefused(npy(1, FLOATS.replace("<f4", ">f4"), 8), "little-endian", ">f4");
  }

  @Test
  void pickledObjectsAreRefused() {
    assertRefused(npy(1, FLOATS.replace("<f4", "|O"), 8), "|O");
  }

  @Test
  void unknownVersionIsRefused() {
    assertRefused(npy(9, FLOATS, 8), "version 1 to 3", "9");
  }

  @Test
  void existingFileIsKeptWithoutForce() throws IOException {
    Files.writeString(file, "old");
    Failures.assertRefused(() -> Npy.write(Tensor.vector(1), file, false), "exists already");
  }

  private void assertComesBack(Tensor tensor) {
    Npy.write(tensor, file, false);
    assertEquals(tensor, Npy.read(file));
  }

  private void assertRefused(byte[] bytes, String... parts) {
    Failures.assertRefused(
        () -> {
          Files.write(file, bytes);
          Npy.read(file);
        },
        parts);
  }

  private static byte[] npy(int version, String header, int dataBytes) {
    int width = version == 1 ? Short.BYTES : Integer.BYTES;
    ByteBuffer start = ByteBuffer.allocate(8 + width).order(ByteOrder.LITTLE_ENDIAN);
    start.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      start.putShort((short) header.length());
    } else {
      start.putInt(header.length());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(start.array());
    bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(new byte[dataBytes]);
    return bytes.toByteArray();
  }
}
