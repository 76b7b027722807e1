package org.repfold.graph.safetensors;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;

/**
 * What a safetensors file holds.
 *
 * @param tensors by name, in the order of the file's header
 * @param metadata free text by name
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
  public Safetensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * The tensor of that name.
   *
   * @throws BadInputException if there is none
   */
  public Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new BadInputException("expected a tensor '" + name + "', found none of that name");
    }
    return tensor;
  }
}
