package org.repfold.converter.io.pytorch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.Tensor;

/**
 * The state dict that a checkpoint of PyTorch holds.
 *
 * @param tensors by name, in the checkpoint's order; tensors that the checkpoint shares are the
 *     same object
 * @param section the key of the checkpoint that the state dict stands under, where it is not bare
 * @param otherSections keys that further state dicts stand under, which were not read
 * @param metadata texts, numbers and truth values that stand beside the state dict
 */
public record PyTorchFile(
    Map<String, Tensor> tensors,
    Optional<String> section,
    List<String> otherSections,
    Map<String, String> metadata) {
  public PyTorchFile {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    otherSections = List.copyOf(otherSections);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }
}
