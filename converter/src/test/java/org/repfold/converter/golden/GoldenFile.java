package org.repfold.converter.golden;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsReader;

/**
 * What a public reference implementation computed for one block: {@code train.*}, the state dict of
 * its train form; {@code deploy.*}, that of its own float32 conversion; {@code x} and {@code
 * y_exact}, an input and the train form's output for it in float64. The reference's constructor
 * arguments are in the metadata.
 */
record GoldenFile(Safetensors file) {
  private static final double EPSILON = 1e-5;

  static GoldenFile read(String name) {
    try {
      Path path = Path.of(GoldenFile.class.getResource("/golden/" + name + ".safetensors").toURI());
      return new GoldenFile(SafetensorsReader.read(path));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Tensor tensor(String name) {
    return file.tensor(name);
  }

  boolean has(String name) {
    return file.tensors().containsKey(name);
  }

  int argument(String name) {
    return Integer.parseInt(file.metadata().get(name));
  }

  /** A list of whole numbers, {@code [1, 3, 5]}. */
  int[] arguments(String name) {
    String list = file.metadata().get(name);
    return java.util.Arrays.stream(list.substring(1, list.length() - 1).split(", "))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /** A convolution without bias of the train form. */
  Operator.Conv conv(String name, Window window, int group) {
    return new Operator.Conv(tensor("train." + name + ".weight"), Optional.empty(), window, group);
  }

  Operator.Gemm linear(String name) {
    return new Operator.Gemm(
        tensor("train." + name + ".weight"), Optional.of(tensor("train." + name + ".bias")));
  }

  Operator.BatchNormalization batchNorm(String name) {
    String prefix = "train." + name + ".";
    return new Operator.BatchNormalization(
        tensor(prefix + "weight"),
        tensor(prefix + "bias"),
        tensor(prefix + "running_mean"),
        tensor(prefix + "running_var"),
        EPSILON);
  }

  /** The shape of the input, the batch left open. */
  long[] inputShape() {
    return tensor("x").shape().with(0, Shape.UNKNOWN).toArray();
  }

  int batch() {
    return Math.toIntExact(tensor("x").shape().dimension(0));
  }
}
