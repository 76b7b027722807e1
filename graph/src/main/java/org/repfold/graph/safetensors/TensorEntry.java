package org.repfold.graph.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.file.ElementFormat;

/**
 * What the header says of one tensor. Made only where type, shape and number of bytes fit together.
 *
 * @param begin its first byte, counted from the end of the header
 * @param end the byte after its last
 */
record TensorEntry(String name, ElementFormat format, Shape shape, long begin, long end) {

  static TensorEntry of(String name, JsonNode entry) {
    if (!entry.isObject()
        || entry.size() != 3
        || !entry.path("dtype").isTextual()
        || !entry.path("shape").isArray()
        || !entry.path("data_offsets").isArray()
        || entry.get("data_offsets").size() != 2) {
      throw bad(name, "dtype, shape and two data_offsets", "something else");
    }
    String type = entry.get("dtype").textValue();
    ElementFormat format =
        Dtype.format(type)
            .orElseThrow(() -> bad(name, "dtype " + Dtype.KNOWN, type + advice(type)));
    JsonNode sizes = entry.get("shape");
    long[] dimensions = new long[sizes.size()];
    for (int axis = 0; axis < dimensions.length; axis++) {
      dimensions[axis] = natural(name, "shape", sizes.get(axis));
    }
    Shape shape = Shape.of(dimensions);
    long begin = natural(name, "data_offsets", entry.get("data_offsets").get(0));
    long end = natural(name, "data_offsets", entry.get("data_offsets").get(1));
    try {
      long elements = shape.elements();
      if (begin > end || Math.multiplyExact(elements, format.width()) != end - begin) {
        throw bad(
            name,
            elements * format.width() + " bytes for " + type + " " + shape,
            "bytes " + begin + " to " + end);
      }
      Math.toIntExact(elements);
      return new TensorEntry(name, format, shape, begin, end);
    } catch (ArithmeticException e) {
      throw bad(name, "fewer than 2^31 elements", "shape " + shape);
    }
  }

  private static String advice(String type) {
    return type.startsWith("F8")
        ? " (8-bit floats need the scales of whoever made them: save the tensor as F16 or F32)"
        : "";
  }

  private static long natural(String name, String key, JsonNode number) {
    if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
      throw bad(name, key + " of whole numbers from 0 to 2^63", "another value");
    }
    return number.longValue();
  }

  private static BadInputException bad(String name, String expected, String found) {
    return new BadInputException(
        "tensor '" + name + "': expected " + expected + ", found " + found);
  }
}
