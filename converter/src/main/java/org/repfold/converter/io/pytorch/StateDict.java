package org.repfold.converter.io.pytorch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;

/**
 * The state dict within a checkpoint: it may be bare, or stand under a key beside the rest of a
 * training's state.
 *
 * @param section the key that it stands under
 * @param otherSections the keys of other state dicts
 * @param metadata plain values beside it
 */
record StateDict(
    Map<String, TensorReference> tensors,
    Optional<String> section,
    List<String> otherSections,
    Map<String, String> metadata) {
  /** In the order of preference: averaged weights are those that a training is meant to give. */
  private static final List<String> SECTIONS =
      List.of("state_dict_ema", "model_ema", "state_dict", "model");

  /**
   * Finds the state dict.
   *
   * @param wanted the key of the one to take, where there may be several
   * @throws BadInputException if there is none, or something else than tensors is in it
   */
  static StateDict of(Object root, Optional<String> wanted) {
    if (!(root instanceof Map<?, ?> checkpoint)) {
      throw new BadInputException(
          "expected a state dict, or a dictionary with one, found " + kind(root));
    }
    List<String> sections =
        SECTIONS.stream().filter(key -> holdsTensors(checkpoint.get(key))).toList();
    Optional<String> section = wanted.isPresent() ? wanted : sections.stream().findFirst();
    if (section.isPresent()) {
      if (!(checkpoint.get(section.get()) instanceof Map<?, ?> entries) || !holdsTensors(entries)) {
        throw new BadInputException(
            "expected a state dict under '" + section.get() + "', found " + keys(checkpoint));
      }
      return new StateDict(
          tensors("'" + section.get() + "'", entries),
          section,
          sections.stream().filter(key -> !key.equals(section.get())).toList(),
          metadata(checkpoint));
    }
    if (!holdsTensors(checkpoint)) {
      throw new BadInputException(
          "expected a state dict, or one under "
              + String.join(", ", SECTIONS)
              + ", found "
              + keys(checkpoint));
    }
    return new StateDict(tensors("state dict", checkpoint), Optional.empty(), List.of(), Map.of());
  }

  private static boolean holdsTensors(Object value) {
    return value instanceof Map<?, ?> map
        && map.values().stream().anyMatch(TensorReference.class::isInstance);
  }

  private static Map<String, TensorReference> tensors(String what, Map<?, ?> entries) {
    Map<String, TensorReference> tensors = new LinkedHashMap<>();
    entries.forEach(
        (name, value) -> {
          if (!(name instanceof String text) || !(value instanceof TensorReference tensor)) {
            throw new BadInputException(
                "%s: expected tensors alone, found %s named '%s'"
                    .formatted(what, kind(value), name));
          }
          tensors.put(text, tensor);
        });
    return tensors;
  }

  private static Map<String, String> metadata(Map<?, ?> checkpoint) {
    Map<String, String> metadata = new LinkedHashMap<>();
    checkpoint.forEach(
        (name, value) -> {
          if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            metadata.put(name.toString(), value.toString());
          }
        });
    return metadata;
  }

  private static String keys(Map<?, ?> checkpoint) {
    return "a dictionary with " + checkpoint.keySet().stream().limit(10).toList();
  }

  private static String kind(Object value) {
    if (value instanceof TensorReference) {
      return "a tensor";
    } else if (value instanceof Map) {
      return "a dictionary";
    } else if (value instanceof List || value instanceof Object[]) {
      return "a list";
    } else if (value instanceof String) {
      return "a text";
    }
    return value instanceof Number ? "a number" : "something else";
  }
}
