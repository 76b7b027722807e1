package org.repfold.graph.safetensors;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.file.ElementFormat;

/** What safetensors calls the formats of numbers. */
final class Dtype {
  private static final Map<String, ElementFormat> FORMATS = formats();

  /** All that are read, for messages. */
  static final String KNOWN = String.join(", ", FORMATS.keySet());

  private Dtype() {}

  private static Map<String, ElementFormat> formats() {
    Map<String, ElementFormat> formats = new LinkedHashMap<>();
    formats.put("F64", ElementFormat.FLOAT64);
    formats.put("F32", ElementFormat.FLOAT32);
    formats.put("F16", ElementFormat.FLOAT16);
    formats.put("BF16", ElementFormat.BFLOAT16);
    formats.put("I64", ElementFormat.INT64);
    formats.put("I32", ElementFormat.INT32);
    formats.put("I16", ElementFormat.INT16);
    formats.put("I8", ElementFormat.INT8);
    formats.put("U8", ElementFormat.UINT8);
    formats.put("BOOL", ElementFormat.BOOL);
    return Collections.unmodifiableMap(formats);
  }

  /** The format of that name, where it is read. */
  static Optional<ElementFormat> format(String name) {
    return Optional.ofNullable(FORMATS.get(name));
  }

  static String name(ElementFormat format) {
    return FORMATS.entrySet().stream()
        .filter(entry -> entry.getValue() == format)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }
}
