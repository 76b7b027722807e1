package org.repfold.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.ElementType;
import org.repfold.graph.Elements;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.Form;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.catalog.Architecture;

/**
 * Checkpoints of any size, as if trained: weights that keep values at their size, BatchNorms whose
 * statistics vary. No number is in memory before it is written.
 */
final class RandomCheckpoint {
  /** So that neighbouring seeds and indices give unrelated numbers (SplitMix64). */
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private RandomCheckpoint() {}

  /** Writes a float32 safetensors checkpoint of the network's train form. */
  static void write(Architecture architecture, Path file) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    OfficialTensors.of(architecture.configuration(), Form.TRAIN)
        .forEach(
            (name, shape) ->
                tensors.put(name, Tensor.of(shape, ElementType.FLOAT32, numbers(name, shape))));
    SafetensorsWriter.write(new Safetensors(tensors, Map.of("format", "pt")), file, true);
  }

  private static Elements numbers(String name, Shape shape) {
    long seed = name.hashCode();
    if (name.endsWith(".running_var")) {
      return new Uniform(size(shape), seed, 0.2, 2);
    } else if (shape.rank() == 1) {
      return new Uniform(size(shape), seed, -1, 1);
    }
    double largest = Math.sqrt(3.0 / shape.product(1, shape.rank()));
    return new Uniform(size(shape), seed, -largest, largest);
  }

  private static int size(Shape shape) {
    return Math.toIntExact(shape.elements());
  }

  /** Numbers of a range, each of which its index alone determines. */
  private record Uniform(int size, long seed, double lowest, double highest) implements Elements {
    @Override
    public double get(int index) {
      long bits = (seed + index) * STEP;
      bits = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
      bits = (bits ^ bits >>> 27) * 0x94D049BB133111EBL;
      double unit = ((bits ^ bits >>> 31) >>> 11) * 0x1p-53;
      return (float) (lowest + (highest - lowest) * unit);
    }
  }
}
