package org.repfold.graph.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.ElementType;
import org.repfold.graph.Failures;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class SafetensorsReaderTest {
  private static final String PAIR =
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
          + "\"b\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[8,16]}}";
  private static final int PAIR_BYTES = 16;

  @TempDir private Path folder;

  @Test
  void goldenFileHoldsTheExactOutput() {
    Safetensors golden = SafetensorsReader.read(golden());
    Tensor exact = golden.tensor("y_exact");
    assertEquals(ElementType.FLOAT64, exact.type());
    assertEquals(Shape.of(2, 8, 8, 8), exact.shape());
    assertEquals(-1, exact.firstNonFinite());
  }

  @Test
  void goldenFileHoldsTheSameOutputInBothPrecisions() {
    // Float32 arithmetic over reductions of at most 144 terms, each of size 1.
    double tolerance = 1e-4;
    Safetensors golden = SafetensorsReader.read(golden());
    double[] exact = golden.tensor("y_exact").toDoubles();
    Tensor rounded = golden.tensor("y_train");
    for (int i = 0; i < exact.length; i++) {
      assertEquals(exact[i], rounded.get(i), tolerance);
    }
  }

  @Test
  void goldenFileHoldsScalars() {
    Tensor scalar =
        SafetensorsReader.read(golden()).tensor("train.repconv1.bn.num_batches_tracked");
    assertEquals(Shape.of(), scalar.shape());
    assertEquals(ElementType.INT64, scalar.type());
  }

  @Test
  void goldenFileHoldsConstructorArguments() {
    Map<String, String> metadata = SafetensorsReader.read(golden()).metadata();
    assertEquals("8", metadata.get("channels"));
    assertEquals("[1, 3]", metadata.get("k"));
  }

  @Test
  void tensorsComeInTheHeadersOrder() throws IOException {
    assertEquals(List.of("a", "b"), List.copyOf(read(file(PAIR, PAIR_BYTES)).tensors().keySet()));
  }

  @Test
  void fileOfNoTensorsIsRead() throws IOException {
    assertEquals(Map.of(), read(file("{}", 0)).tensors());
  }

  @Test
  void paddedHeaderIsRead() throws IOException {
    assertEquals(2, read(file(PAIR + "    ", PAIR_BYTES)).tensors().size());
  }

  @Test
  void tensorOfNoElementsIsRead() throws IOException {
    assertEquals(
        Tensor.of(Shape.of(0, 3), new float[0]), read(file(one("F32", "[0,3]", 0), 0)).tensor("a"));
  }

  @Test
  void halfPrecisionIsReadAsFloat32() throws IOException {
    byte[] file = file(one("BF16", "[1]", 2), 2);
    file[file.length - 1] = 0x3f;
    file[file.length - 2] = (byte) 0x80;
    assertEquals(Tensor.of(Shape.of(1), 1f), read(file).tensor("a"));
  }

  @Test
  void missingFileIsNamed() {
    Failures.assertRefused(
        () -> SafetensorsReader.read(folder.resolve("none.safetensors")),
        "none.safetensors",
        "no such file");
  }

  @Test
  void missingTensorIsNamed() throws IOException {
    Safetensors pair = read(file(PAIR, PAIR_BYTES));
    Failures.assertRefused(() -> pair.tensor("c"), "'c'");
  }

  @Test
  void emptyFileIsRefused() {
    assertRefused(new byte[0], "0 bytes");
  }

  @Test
  void headerBeyondTheFileIsRefusedUnread() {
    byte[] bytes = file(PAIR, PAIR_BYTES);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
    assertRefused(bytes, "header of at most", "9223372036854775807");
  }

  @Test
  void negativeHeaderSizeIsRefused() {
    byte[] bytes = file(PAIR, PAIR_BYTES);
    Arrays.fill(bytes, 0, 8, (byte) 0xff);
    assertRefused(bytes, "header of at most", "18446744073709551615");
  }

  @Test
  void truncatedDataAreRefused() {
    byte[] bytes = file(PAIR, PAIR_BYTES);
    assertRefused(Arrays.copyOf(bytes, bytes.length - 1), "'b'", "within 15 bytes");
  }

  @Test
  void trailingDataAreRefused() {
    assertRefused(file(PAIR, PAIR_BYTES + 1), "expected 16 bytes of data, found 17");
  }

  @Test
  void gapIsRefused() {
    assertRefused(file(PAIR.replace("[8,16]", "[9,17]"), 17), "'b'", "no gap");
  }

  @Test
  void overlapIsRefused() {
    assertRefused(file(PAIR.replace("[8,16]", "[4,12]"), 12), "'b'", "no overlap");
  }

  @Test
  void swappedOffsetsAreRefused() {
    assertRefused(file(PAIR.replace("[8,16]", "[16,8]"), 16), "'b'", "16 to 8");
  }

  @Test
  void negativeOffsetsAreRefused() {
    assertRefused(file(PAIR.replace("[0,8]", "[-8,0]"), 16), "'a'", "at least 0", "-8");
  }

  @Test
  void shapeThatDoesNotFitItsBytesIsRefused() {
    assertRefused(file(PAIR.replace("[2]", "[3]"), 16), "'a'", "expected 12 bytes");
  }

  @Test
  void shapeThatOverflowsIsRefused() {
    String huge = "[4611686018427387904,4]";
    assertRefused(file(one("F32", huge, 0), 0), "'a'", "at most");
  }

  @Test
  void sizeBeyondLongIsRefused() {
    assertRefused(file(one("F32", "[99999999999999999999]", 8), 8), "'a'", "integers");
  }

  @Test
  void fractionAsSizeIsRefused() {
    assertRefused(file(one("F32", "[2.0]", 8), 8), "'a'", "2.0");
  }

  @Test
  void duplicateNameIsRefused() {
    assertRefused(file(PAIR.replace("\"b\"", "\"a\""), 16), "Duplicate field 'a'");
  }

  @Test
  void duplicateFieldIsRefused() {
    assertRefused(
        file(one("F32", "[2]", 8).replace("{\"dtype\"", "{\"shape\":[2],\"dtype\""), 8),
        "Duplicate field 'shape'");
  }

  @Test
  void unknownFieldIsRefused() {
    assertRefused(
        file(one("F32", "[2]", 8).replace("{\"dtype\"", "{\"stride\":[1],\"dtype\""), 8),
        "'a'",
        "stride");
  }

  @Test
  void missingFieldIsRefused() {
    assertRefused(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4), "'a'", "data_offsets");
  }

  @Test
  void otherDtypesAreRefusedByName() {
    for (String dtype : List.of("I32", "U8", "BOOL", "F8_E4M3", "f32")) {
      assertRefused(file(one(dtype, "[2]", 2), 2), "'a'", dtype, "not supported yet");
    }
  }

  @Test
  void metadataOtherThanStringsAreRefused() {
    assertRefused(file("{\"__metadata__\":{\"k\":1}}", 0), "__metadata__", "strings");
  }

  @Test
  void looseJsonIsRefused() {
    assertRefused(file("{'a':1}", 0), "strict JSON");
    assertRefused(file("{\"a\"", 0), "strict JSON");
    assertRefused(file("{} {}", 0), "nothing after");
    assertRefused(file("[]", 0), "JSON object");
    assertRefused(file(" {}", 0), "JSON object");
    assertRefused(file("", 0), "JSON object");
  }

  @Test
  void deeplyNestedJsonIsRefused() {
    assertRefused(file("{\"a\":" + "[".repeat(100_000), 0), "'a'");
  }

  @Test
  void brokenTextIsRefused() {
    byte[] bytes = file(PAIR, PAIR_BYTES);
    bytes[10] = (byte) 0xff;
    assertRefused(bytes, "UTF-8");
  }

  @Test
  void nameWithALineBreakStillGivesOneLine() {
    assertRefused(file(one("U8", "[2]", 2).replace("\"a\"", "\"a\\nb\""), 2), "'a b'");
  }

  @Test
  void resultCannotBeChanged() throws IOException {
    Map<String, Tensor> tensors = read(file(PAIR, PAIR_BYTES)).tensors();
    assertThrows(UnsupportedOperationException.class, tensors::clear);
  }

  static Path golden() {
    try {
      return Path.of(
          SafetensorsReaderTest.class.getResource("/golden/repmlpnet_block.safetensors").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String one(String dtype, String shape, int bytes) {
    return "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[0,%d]}}"
        .formatted(dtype, shape, bytes);
  }

  private static byte[] file(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.putLong(json.length).put(json).array();
  }

  private Safetensors read(byte[] bytes) throws IOException {
    return SafetensorsReader.read(Files.write(folder.resolve("net.safetensors"), bytes));
  }

  private void assertRefused(byte[] bytes, String... parts) {
    Failures.assertRefused(() -> read(bytes), parts);
    Failures.assertRefused(() -> read(bytes), "net.safetensors: ");
  }
}
