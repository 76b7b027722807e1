package org.repfold.converter.io.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.SafetensorsReader;

/** Reads what PyTorch wrote; see the test resources' {@code pytorch/README.md}. */
class PyTorchReaderTest {
  /** Half a unit in the last place of the fraction's 10 bits. */
  private static final double FLOAT16_ROUNDING = 0x1p-11;

  /** The same of 7 bits. */
  private static final double BFLOAT16_ROUNDING = 0x1p-8;

  /** The block's numbers are far above the smallest normal float16; below it, this is the step. */
  private static final double FLOAT16_SMALLEST = 0x1p-25;

  static Path fixture(String name) {
    try {
      return Path.of(PyTorchReaderTest.class.getResource("/pytorch/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PyTorchFile read(String name) {
    return PyTorchReader.read(fixture(name), Optional.empty());
  }

  /** The state dict that was saved, as safetensors hold it, in alphabetical order. */
  static Map<String, Tensor> block() {
    Map<String, Tensor> block = new LinkedHashMap<>();
    SafetensorsReader.read(fixture("../golden/repmlpnet_block.safetensors"))
        .tensors()
        .entrySet()
        .stream()
        .filter(tensor -> tensor.getKey().startsWith("train."))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            tensor -> block.put(tensor.getKey().substring("train.".length()), tensor.getValue()));
    return block;
  }

  private static String refusal(String name) {
    String message = assertThrows(BadInputException.class, () -> read(name)).getMessage();
    String start = fixture(name) + ": ";
    assertTrue(message.startsWith(start), message);
    return message.substring(start.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bare.pth",
        "legacy.pth",
        "protocol4.pth",
        "training.pth",
        "training_legacy.pth",
        "state_dict.pth",
        "state_dict_ema.pth",
        "model_ema.pth",
        "parameters.pth",
        "parameters_legacy.pth",
        "attributes.pth"
      })
  void everyLayoutGivesTheSameTensorsInTheSameOrder(String name) {
    Map<String, Tensor> read = read(name).tensors();
    assertEquals(List.copyOf(block().keySet()), List.copyOf(read.keySet()));
    assertEquals(block(), read);
  }

  @ParameterizedTest
  @CsvSource({
    "bare.pth,,''",
    "training.pth,model,''",
    "state_dict.pth,state_dict,''",
    "state_dict_ema.pth,state_dict_ema,state_dict",
    "model_ema.pth,model_ema,model"
  })
  void averagedWeightsArePreferredAndTheOthersNamed(String name, String section, String others) {
    PyTorchFile read = read(name);
    assertEquals(Optional.ofNullable(section), read.section());
    assertEquals(others, String.join(" ", read.otherSections()));
  }

  @Test
  void namedSectionIsTaken() {
    PyTorchFile read = PyTorchReader.read(fixture("model_ema.pth"), Optional.of("model"));
    assertEquals(Optional.of("model"), read.section());
    assertEquals(List.of("model_ema"), read.otherSections());
    String name = "gp.fc1.bias";
    assertEquals(block().get(name).get(0) + 1, read.tensors().get(name).get(0), 1e-6);
  }

  @Test
  void sectionThatDoesNotExistIsRefused() {
    String message =
        assertThrows(
                BadInputException.class,
                () -> PyTorchReader.read(fixture("model_ema.pth"), Optional.of("net")))
            .getMessage();
    assertTrue(
        message.endsWith(
            "expected a state dict under 'net', found a dictionary with" + " [model, model_ema]"),
        message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"training.pth", "training_legacy.pth"})
  void plainValuesBesideTheStateDictAreMetadata(String name) {
    assertEquals(
        Map.of("epoch", "3", "arch", "repmlpnet_block", "amp", "true"), read(name).metadata());
  }

  @Test
  void float64StaysFloat64() {
    Tensor weight = read("float64.pth").tensors().get("fc3.weight");
    assertEquals(block().get("fc3.weight").to(ElementType.FLOAT64), weight);
  }

  @ParameterizedTest
  @CsvSource({"float16.pth, true", "bfloat16.pth, false", "bfloat16_legacy.pth, false"})
  void sixteenBitFloatsAreTheRoundedWeights(String name, boolean isFloat16) {
    Map<String, Tensor> read = read(name).tensors();
    double relative = isFloat16 ? FLOAT16_ROUNDING : BFLOAT16_ROUNDING;
    block()
        .forEach(
            (tensor, expected) -> {
              Tensor found = read.get(tensor);
              assertEquals(expected.shape(), found.shape());
              assertEquals(expected.type(), found.type());
              for (int i = 0; i < expected.size(); i++) {
                double tolerance = relative * Math.abs(expected.get(i)) + FLOAT16_SMALLEST;
                assertEquals(expected.get(i), found.get(i), tolerance);
              }
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"types.pth", "types_legacy.pth", "types_big_endian.pth", "without_checksums.pth"})
  void everyTypeKeepsItsValues(String name) {
    Map<String, Tensor> read = read(name).tensors();
    assertEquals(Tensor.vector(1 / 3.0, -0.0), read.get("float64"));
    assertEquals(floats(1 / 3f, Float.POSITIVE_INFINITY), read.get("float32"));
    assertEquals(floats(0.333251953125f, -65504), read.get("float16"));
    assertEquals(floats(0.333984375f, -3), read.get("bfloat16"));
    assertEquals(integers(1L << 40, -1), read.get("int64"));
    assertEquals(integers(1 << 30, -1), read.get("int32"));
    assertEquals(integers(1 << 14, -1), read.get("int16"));
    assertEquals(integers(100, -1), read.get("int8"));
    assertEquals(integers(100, 255), read.get("uint8"));
    assertEquals(integers(1, 0), read.get("bool"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"strides.pth", "strides_legacy.pth"})
  void everyLayoutInAStorageBecomesRowMajor(String name) {
    Map<String, Tensor> read = read(name).tensors();
    float[] counting = new float[24];
    float[] transposed = new float[24];
    for (int i = 0; i < 24; i++) {
      counting[i] = i;
      transposed[i] = i % 4 * 6 + i / 4;
    }
    assertEquals(floats(counting), read.get("whole"));
    assertEquals(Tensor.of(Shape.of(4, 6), counting), read.get("view"));
    assertEquals(Tensor.of(Shape.of(6, 4), transposed), read.get("transposed"));
    assertEquals(
        Tensor.of(Shape.of(4, 2), 1f, 2f, 7f, 8f, 13f, 14f, 19f, 20f), read.get("columns"));
    assertEquals(floats(20, 21, 22, 23), read.get("offset"));
    assertEquals(floats(1, 6, 11, 16, 21), read.get("steps"));
    assertEquals(Tensor.of(Shape.of(1, 2, 3, 4), counting), read.get("channels_last"));
    Tensor permuted = read.get("permuted");
    assertEquals(Shape.of(4, 2, 3), permuted.shape());
    for (int i = 0; i < 24; i++) {
      assertEquals(i / 6 + i / 3 % 2 * 12 + i % 3 * 4, permuted.get(i));
    }
    assertEquals(Tensor.of(Shape.of(2, 3), 7f, 7f, 7f, 7f, 7f, 7f), read.get("expanded"));
    assertEquals(Tensor.of(Shape.of(), 5f), read.get("scalar"));
    assertEquals(Tensor.of(Shape.of(0, 3), new float[0]), read.get("empty"));
    assertEquals(floats(), read.get("empty_slice"));
    assertEquals(Tensor.of(Shape.of(3, 2), 0L, 3L, 1L, 4L, 2L, 5L), read.get("integers"));
    assertEquals(Tensor.of(Shape.of(3, 2), 0.0, 3, 1, 4, 2, 5), read.get("doubles"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"strides.pth", "strides_legacy.pth"})
  void sharedTensorIsOneObject(String name) {
    Map<String, Tensor> read = read(name).tensors();
    assertEquals(floats(1.5f, 2.5f), read.get("twin"));
    assertSame(read.get("twin"), read.get("same"));
  }

  @Test
  void torchScriptIsRefusedWithAdvice() {
    assertEquals(
        "expected a state dict, found TorchScript, which is a program; save the state dict:"
            + " torch.save(module.state_dict(), FILE)",
        refusal("torchscript.pt"));
  }

  @ParameterizedTest
  @CsvSource({
    "whole_module.pth, __main__.Reader",
    "whole_module_legacy.pth, __main__.Reader",
    "sparse.pth, torch._utils._rebuild_sparse_tensor",
    "complex.pth, torch.ComplexFloatStorage"
  })
  void whatIsNotAllowedIsRefusedByName(String name, String global) {
    assertEquals(
        "expected tensors and plain values, found '"
            + global
            + "', which is not allowed; nothing of it was run. Load the checkpoint where you trust"
            + " it and save its state dict alone",
        refusal(name));
  }

  @ParameterizedTest
  @CsvSource({"float8.pth, torch.float8_e4m3fn", "uint16.pth, torch.uint16"})
  void typeThatIsNotReadIsRefusedByTensor(String name, String type) {
    assertEquals(
        "tensor 'w': expected numbers of torch.float64, float32, float16, bfloat16, int64, int32,"
            + " int16, int8, uint8 or bool, found "
            + type,
        refusal(name));
  }

  private static Tensor floats(float... elements) {
    return Tensor.of(Shape.of(elements.length), elements);
  }

  private static Tensor integers(long... elements) {
    return Tensor.of(Shape.of(elements.length), elements);
  }
}
