package org.repfold.graph.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class SafetensorsReaderTest {
  /** Two float32 forms of one network, computed by the reference, differ by rounding alone. */
  private static final double ROUNDING = 1e-5;

  @TempDir Path folder;

  @Test
  void everyTensorHasItsTypeShapeAndElements() throws IOException {
    Safetensors file = read(SafetensorsFile.small());
    assertEquals(Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, 4f), file.tensor("weight"));
    assertEquals(Tensor.vector(0.5), file.tensor("exact"));
    assertEquals(Tensor.of(Shape.of(), 7L), file.tensor("count"));
  }

  @Test
  void metadataIsNoTensor() throws IOException {
    Safetensors file = read(SafetensorsFile.small());
    assertEquals(Map.of("format", "pt"), file.metadata());
    assertEquals(List.of("weight", "exact", "count"), List.copyOf(file.tensors().keySet()));
  }

  @Test
  void headerOrderNeedNotBeTheDataOrder() throws IOException {
    String header = entries(entry("b", "F32", "[1]", 4, 8), entry("a", "F32", "[1]", 0, 4));
    Safetensors file =
        read(
            SafetensorsFile.of(
                header, bytes((short) 0, (short) 0x3F80, (short) 0, (short) 0x4000)));
    assertEquals(1, file.tensor("a").get(0));
    assertEquals(2, file.tensor("b").get(0));
  }

  @Test
  void tensorWithoutElementsIsRead() throws IOException {
    Safetensors file = read(SafetensorsFile.of(entries(entry("a", "F32", "[0,3]", 0, 0))));
    assertEquals(Shape.of(0, 3), file.tensor("a").shape());
  }

  @Test
  void float16IsWidenedExactly() throws IOException {
    short[] patterns = {
      0x3C00, 0x0001, 0x0400, 0x7BFF, (short) 0x8000, 0x7C00, (short) 0xFC00, 0x7E00, 0x3555
    };
    Tensor tensor =
        read(SafetensorsFile.of(entries(entry("a", "F16", "[9]", 0, 18)), bytes(patterns)))
            .tensor("a");
    assertEquals(ElementType.FLOAT32, tensor.type());
    assertArrayEquals(
        new float[] {
          1,
          0x1p-24f,
          0x1p-14f,
          65504,
          -0f,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          Float.NaN,
          0.333251953125f
        },
        tensor.toFloats());
  }

  @Test
  void bfloat16IsWidenedExactly() throws IOException {
    Tensor tensor =
        read(SafetensorsFile.of(
                entries(entry("a", "BF16", "[3]", 0, 6)),
                bytes((short) 0x3F80, (short) 0xC040, (short) 0x0001)))
            .tensor("a");
    assertArrayEquals(new float[] {1, -3, 0x1p-133f}, tensor.toFloats());
  }

  @Test
  void goldenFileIsRead() throws URISyntaxException {
    Safetensors file =
        SafetensorsReader.read(
            Path.of(getClass().getResource("/golden/repmlpnet_block.safetensors").toURI()));
    Tensor exact = file.tensor("y_exact");
    assertEquals(ElementType.FLOAT64, exact.type());
    assertEquals(file.tensor("y_train").shape(), exact.shape());
    assertEquals(Shape.of(), file.tensor("train.fc3_bn.num_batches_tracked").shape());
    double[] truth = exact.toDoubles();
    double[] single = file.tensor("y_train").toDoubles();
    for (int i = 0; i < truth.length; i++) {
      assertEquals(truth[i], single[i], ROUNDING * Math.max(1, Math.abs(truth[i])));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "I32, -2, fe ff ff ff",
    "I16, -2, fe ff",
    "I8, -2, fe",
    "U8, 254, fe",
    "BOOL, 1, 01",
    "BOOL, 0, 00"
  })
  void shortIntegersAreWidened(String type, long expected, String hexadecimal) throws IOException {
    byte[] data = HexFormat.ofDelimiter(" ").parseHex(hexadecimal);
    Safetensors file =
        read(SafetensorsFile.of(entries(entry("a", type, "[1]", 0, data.length)), data));
    assertEquals(Tensor.of(Shape.of(1), expected), file.tensor("a"));
  }

  @Test
  void truthValueThatIsNeitherIsRefused() throws IOException {
    assertFileRefused(
        SafetensorsFile.of(entries(entry("mask", "BOOL", "[2]", 0, 2)), (byte) 1, (byte) 2),
        "tensor 'mask': expected truth values of 0 or 1, found 2");
  }

  @Test
  void eightBitFloatsAreRefusedWithAdvice() throws IOException {
    assertFileRefused(
        SafetensorsFile.of(entries(entry("conv.weight", "F8_E4M3", "[4]", 0, 4)), new byte[4]),
        "tensor 'conv.weight'",
        "F8_E4M3 (8-bit floats need the scales",
        "save the tensor as F16 or F32");
  }

  @ParameterizedTest
  @ValueSource(strings = {"U32", "C64", "F4", "f32"})
  void otherElementTypesAreRefused(String type) throws IOException {
    assertFileRefused(
        SafetensorsFile.of(entries(entry("conv.weight", type, "[4]", 0, 4)), new byte[4]),
        "tensor 'conv.weight'",
        type);
  }

  @Test
  void duplicateTensorIsRefused() throws IOException {
    String header = entries(entry("twin", "F32", "[1]", 0, 4), entry("twin", "F32", "[1]", 4, 8));
    assertFileRefused(SafetensorsFile.of(header, new byte[8]), "twin");
  }

  @Test
  void overlapIsRefused() throws IOException {
    String header = entries(entry("a", "F32", "[2]", 0, 8), entry("b", "F32", "[2]", 4, 12));
    assertFileRefused(SafetensorsFile.of(header, new byte[12]), "tensor 'b'", "at 8", "at 4");
  }

  @Test
  void sharedBytesAreRefused() throws IOException {
    String header = entries(entry("a", "F32", "[2]", 0, 8), entry("b", "F32", "[2]", 0, 8));
    assertFileRefused(SafetensorsFile.of(header, new byte[8]), "tensor 'b'");
  }

  @Test
  void gapIsRefused() throws IOException {
    String header = entries(entry("a", "F32", "[1]", 0, 4), entry("b", "F32", "[1]", 8, 12));
    assertFileRefused(SafetensorsFile.of(header, new byte[12]), "tensor 'b'", "at 4", "at 8");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 15, 17})
  void missingOrTrailingBytesAreRefused(int length) throws IOException {
    String header = entries(entry("a", "F32", "[4]", 0, 16));
    assertFileRefused(
        SafetensorsFile.of(header, new byte[length]), "expected 16 bytes", "found " + length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[4294967296,4294967296]",
        "[9223372036854775807,2]",
        "[2305843009213693953]",
        "[4611686018427387904,4,0]",
        "[5]",
        "[-2,-2]",
        "[1.5]",
        "[\"4\"]",
        "[99999999999999999999]",
        "4",
        "null"
      })
  void shapesThatDoNotFitTheBytesAreRefused(String shape) throws IOException {
    assertFileRefused(
        SafetensorsFile.of(entries(entry("a", "F32", shape, 0, 16)), new byte[16]), "tensor 'a'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"16,0", "-16,0", "0", "0,16,16", "0,1e1", "0,99999999999999999999"})
  void badOffsetsAreRefused(String offsets) throws IOException {
    String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[" + offsets + "]}}";
    assertFileRefused(SafetensorsFile.of(header, new byte[16]), "tensor 'a'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{} {}",
        "{}x",
        " {}",
        "{\"a\":1}",
        "{\"a\":{}}",
        "{\"__metadata__\":{\"a\":1}}",
        "{\"__metadata__\":[]}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"more\":1}}"
      })
  void malformedHeadersAreRefused(String header) throws IOException {
    assertFileRefused(SafetensorsFile.of(header));
  }

  @Test
  void deeplyNestedHeaderIsRefused() throws IOException {
    assertFileRefused(SafetensorsFile.of("{\"a\":" + "[".repeat(100_000)));
  }

  @Test
  void headerOfEndlesslyManyValuesIsRefused() throws IOException {
    String shape = "[" + "[],".repeat(2_000_000) + "0]";
    assertFileRefused(
        SafetensorsFile.of(entries(entry("a", "F32", shape, 0, 0))), "header: expected JSON");
  }

  @Test
  void headerThatIsNotUtf8IsRefused() throws IOException {
    byte[] bytes = SafetensorsFile.of("{\"?\":1}");
    bytes[10] = (byte) 0xFF;
    assertFileRefused(bytes, "UTF-8");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1 << 20, Integer.MAX_VALUE, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void headerLengthOutsideTheFileIsRefused(long length) throws IOException {
    byte[] bytes = SafetensorsFile.small();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    assertFileRefused(bytes, "header", Long.toUnsignedString(length));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = SafetensorsFile.small();
    for (int length = 0; length < whole.length; length++) {
      assertFileRefused(Arrays.copyOf(whole, length));
    }
  }

  @Test
  void lineBreaksInNamesStayOutOfMessages() throws IOException {
    assertFileRefused(
        SafetensorsFile.of(entries(entry("a\\nb\\u001b[31m", "U64", "[0]", 0, 0))), "a?b?[31m");
  }

  @Test
  void missingFileIsRefused() {
    Path file = folder.resolve("missing.safetensors");
    assertRefused(() -> SafetensorsReader.read(file), file + ": ", "found nothing");
  }

  @Test
  void unknownTensorIsRefusedByName() throws IOException {
    Safetensors file = read(SafetensorsFile.small());
    assertRefused(() -> file.tensor("bias"), "'bias'");
  }

  @Test
  void headerOfManyTensorsIsReadInAnyOrder() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 999; i >= 0; i--) {
      header.append(entry("t" + i, "F32", "[1]", 4L * i, 4L * i + 4)).append(i == 0 ? "}" : ",");
    }
    assertTrue(
        read(SafetensorsFile.of(header.toString(), new byte[4000])).tensors().size() == 1000);
  }

  private static String entry(String name, String type, String shape, long begin, long end) {
    return SafetensorsFile.entry(name, type, shape, begin, end);
  }

  private static String entries(String... entries) {
    return "{" + String.join(",", entries) + "}";
  }

  private static byte[] bytes(short... patterns) {
    ByteBuffer buffer = ByteBuffer.allocate(2 * patterns.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asShortBuffer().put(patterns);
    return buffer.array();
  }

  private Safetensors read(byte[] bytes) throws IOException {
    return SafetensorsReader.read(Files.write(folder.resolve("x.safetensors"), bytes));
  }

  private void assertFileRefused(byte[] bytes, String... parts) throws IOException {
    Path file = Files.write(folder.resolve("x.safetensors"), bytes);
    assertRefused(() -> SafetensorsReader.read(file), file + ": ");
    assertRefused(() -> SafetensorsReader.read(file), parts);
  }
}
