package org.repfold.zoo.branched;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PyTorch code calls the modules of a network of {@link BranchedConvolution}s. Formats take
 * numbers where they have {@code %d}.
 *
 * @param stem the first block
 * @param block format of the other blocks' names: stage, and block in the stage
 * @param firstStage number of the first stage
 * @param classifier the last layer
 * @param kernel format, within a block, of the branches with the full kernel
 * @param point within a block, the branch with one tap
 * @param identity within a block, the BatchNorm of the branch without convolution
 * @param folded within a block, the convolution that is deployed
 */
public record ModuleNames(
    String stem,
    String block,
    int firstStage,
    String classifier,
    String kernel,
    String point,
    String identity,
    String folded) {

  /** Name of a block, counted from 0. */
  String block(int stage, int index) {
    return block.formatted(firstStage + stage, index);
  }

  /** Name, within a block, of a branch with the full kernel, counted from 0. */
  String kernel(int branch) {
    return kernel.formatted(branch);
  }

  /** Whether a network whose tensors have these names may have modules that are called so. */
  public boolean areOf(Set<String> tensors) {
    Pattern own =
        Pattern.compile(
            "(%s|%s)\\.(%s\\.conv|%s)\\.weight"
                .formatted(pattern(stem), pattern(block), pattern(kernel), pattern(folded)));
    return tensors.stream().anyMatch(own.asMatchPredicate());
  }

  /**
   * The name that the deploy form has for the convolution that is left of a block, which goes by
   * that of the branch that took the others in; any other name stays as it is.
   */
  String deployed(String node) {
    Matcher branch =
        Pattern.compile("(|.*\\.)%s\\.conv(|/.*)".formatted(pattern(kernel))).matcher(node);
    return branch.matches() ? branch.group(1) + folded + branch.group(2) : node;
  }

  private static String pattern(String format) {
    return format.replace(".", "\\.").replace("%d", "\\d+");
  }
}
