package org.repfold.zoo.resmlp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * The names that the paper's own code has ({@code resmlp_models.py} of DeiT's repository), where
 * timm's are used here.
 */
final class OfficialNames {
  private static final Pattern MIXING = Pattern.compile("blocks\\.\\d+\\.(attn\\.weight|gamma_1)");
  private static final Pattern AFFINE = Pattern.compile("(.*\\.)?norm\\d?\\.(alpha|beta)");

  private OfficialNames() {}

  /** The tensors with timm's names and shapes, where they have the official ones. */
  static Optional<Map<String, Tensor>> toTimm(Map<String, Tensor> tensors) {
    if (!has(tensors.keySet(), MIXING) || !has(tensors.keySet(), AFFINE)) {
      return Optional.empty();
    }
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> renamed.put(renamed(name), reshaped(name, tensor)));
    return Optional.of(renamed);
  }

  private static boolean has(Set<String> names, Pattern pattern) {
    return names.stream().anyMatch(pattern.asMatchPredicate());
  }

  private static String renamed(String name) {
    return name.replaceFirst("^patch_embed\\.", "stem.")
        .replaceFirst("^(blocks\\.\\d+)\\.attn\\.", "$1.linear_tokens.")
        .replaceFirst("^(blocks\\.\\d+)\\.mlp\\.", "$1.mlp_channels.")
        .replaceFirst("^(blocks\\.\\d+)\\.gamma_", "$1.ls");
  }

  /** An affine is {@code [C]} there, {@code [1, 1, C]} in timm. */
  private static Tensor reshaped(String name, Tensor tensor) {
    return tensor.shape().rank() == 1 && AFFINE.matcher(name).matches()
        ? tensor.reshape(Shape.of(1, 1, tensor.size()))
        : tensor;
  }
}
