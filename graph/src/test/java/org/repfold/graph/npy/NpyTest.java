package org.repfold.graph.npy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class NpyTest {
  private static final String SIX_FLOATS =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

  @TempDir Path folder;

  @Test
  void doublesReadBackAsWritten() {
    assertReadsBack(Tensor.of(Shape.of(2, 2), 1.5, -0.0, Double.MIN_VALUE, 1e300));
  }

  @Test
  void floatsReadBackAsWritten() {
    assertReadsBack(Tensor.of(Shape.of(3), 1.5f, Float.NaN, Float.NEGATIVE_INFINITY));
  }

  @Test
  void scalarReadsBackAsWritten() {
    assertReadsBack(Tensor.of(Shape.of(), 2.5));
  }

  @Test
  void tensorWithoutElementsReadsBackAsWritten() {
    assertReadsBack(Tensor.of(Shape.of(0, 3), new double[0]));
  }

  @Test
  void tensorLargerThanTheBuffersReadsBackAsWritten() {
    float[] values = new float[700_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    assertReadsBack(Tensor.of(Shape.of(values.length), values));
  }

  @Test
  void elementsStartAtAMultipleOf64Bytes() throws IOException {
    Path file = folder.resolve("x.npy");
    Npy.write(Tensor.vector(1, 2, 3), file, false);
    assertEquals(0, (Files.size(file) - 3 * Double.BYTES) % 64);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyVersionIsRead(int version) throws IOException {
    Path file = write(version, SIX_FLOATS, 24);
    assertEquals(Tensor.of(Shape.of(2, 3), 0f, 0f, 0f, 0f, 0f, 0f), Npy.read(file));
  }

  @Test
  void keysMayComeInAnyOrderAndWithoutTrailingComma() throws IOException {
    Path file =
        write(1, "{\"shape\": (2L,), \"fortran_order\": False, \"descr\": \"<f8\"}  \n", 16);
    assertEquals(Tensor.vector(0, 0), Npy.read(file));
  }

  @Test
  void fortranOrderIsRefused() throws IOException {
    assertFileRefused(write(1, SIX_FLOATS.replace("False", "True"), 24), "C order", "True");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'<i8'", "'>f4'", "'|b1'", "'<f2'", "[('x', '<f4'), ('y', '<f4')]"})
  void otherElementTypesAreRefused(String type) throws IOException {
    assertFileRefused(write(1, SIX_FLOATS.replace("'<f4'", type), 24), "'<f4' or '<f8'", type);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 147})
  void unknownVersionIsRefused(int version) throws IOException {
    assertFileRefused(write(version, SIX_FLOATS, 24), "version 1.0, 2.0 or 3.0", version + ".0");
  }

  @ParameterizedTest
  @CsvSource({"23, found 23", "25, found 25", "0, found 0"})
  void truncatedOrTrailingElementsAreRefused(int bytes, String found) throws IOException {
    assertFileRefused(write(1, SIX_FLOATS, bytes), "expected 24 bytes", "[2x3]", found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(4294967296, 4294967296)",
        "(9223372036854775807, 2)",
        "(1099511627776,)",
        "(9223372036854775808,)",
        "(4611686018427387904, 4, 0)"
      })
  void hugeShapesAreRefusedWithoutMemory(String shape) throws IOException {
    assertFileRefused(write(1, SIX_FLOATS.replace("(2, 3)", shape), 24));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(-2, -3)", "(6)", "(2 3)", "[2, 3]", "6", "(2,,3)", "(,)"})
  void malformedShapesAreRefused(String shape) throws IOException {
    assertFileRefused(write(1, SIX_FLOATS.replace("(2, 3)", shape), 24));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "nothing",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} + 1"
      })
  void malformedHeadersAreRefused(String header) throws IOException {
    assertFileRefused(write(1, header, 24), "eader");
  }

  @Test
  void headerLengthBeyondTheFileIsRefused() throws IOException {
    byte[] bytes = bytes(2, SIX_FLOATS, 24);
    Arrays.fill(bytes, 8, 12, (byte) 0xFF);
    assertFileRefused(write(bytes), "header", "4294967295");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = bytes(2, SIX_FLOATS, 24);
    for (int length = 0; length < whole.length; length++) {
      assertFileRefused(write(Arrays.copyOf(whole, length)));
    }
  }

  @Test
  void anotherKindOfFileIsRefused() throws IOException {
    assertFileRefused(write("PK and something else".getBytes(ISO_8859_1)), "expected an .npy file");
  }

  @Test
  void missingFileIsRefused() {
    assertFileRefused(folder.resolve("missing.npy"), "found nothing");
  }

  @Test
  void folderIsRefused() {
    assertFileRefused(folder, "found a folder");
  }

  @Test
  void int64TensorIsNotWritten() {
    Path file = folder.resolve("x.npy");
    assertRefused(() -> Npy.write(Tensor.of(Shape.of(1), 1L), file, false), "INT64");
  }

  private void assertReadsBack(Tensor tensor) {
    Path file = folder.resolve("x.npy");
    Npy.write(tensor, file, false);
    assertEquals(tensor, Npy.read(file));
  }

  private static void assertFileRefused(Path file, String... parts) {
    assertRefused(() -> Npy.read(file), file + ": ");
    assertRefused(() -> Npy.read(file), parts);
  }

  private Path write(int version, String header, int elementBytes) throws IOException {
    return write(bytes(version, header, elementBytes));
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("bad.npy"), bytes);
  }

  private static byte[] bytes(int version, String header, int elementBytes) {
    int prefix = version == 1 ? 10 : 12;
    ByteBuffer bytes =
        ByteBuffer.allocate(prefix + header.length() + elementBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0x93)
            .put("NUMPY".getBytes(ISO_8859_1))
            .put((byte) version)
            .put((byte) 0);
    if (version == 1) {
      bytes.putShort((short) header.length());
    } else {
      bytes.putInt(header.length());
    }
    return bytes.put(header.getBytes(ISO_8859_1)).array();
  }
}
