package org.repfold.zoo.branched;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.Naming;
import org.repfold.zoo.TensorSizes;

/**
 * What the shapes of a network's tensors say of its {@link BranchedConvolution}s.
 *
 * @param tensors shapes by names
 * @param names of the modules
 * @param form that the tensors are of
 */
public record BlockTensors(Map<String, Shape> tensors, ModuleNames names, Form form) {

  /**
   * The form that tensors are of: the deploy form where a block is folded and none has branches.
   */
  public static Form formOf(Set<String> tensors, List<ModuleNames> names) {
    boolean isFolded = hasAny(tensors, names.stream().map(ModuleNames::folded).toList());
    boolean isBranched =
        hasAny(
            tensors,
            names.stream()
                .flatMap(n -> List.of(n.kernel(0), n.point(), n.identity()).stream())
                .toList());
    return isFolded && !isBranched ? Form.DEPLOY : Form.TRAIN;
  }

  private static boolean hasAny(Set<String> tensors, List<String> modules) {
    return tensors.stream()
        .anyMatch(tensor -> modules.stream().anyMatch(m -> tensor.contains("." + m + ".")));
  }

  /** Whether the second block of a network in the deploy form has a kernel of one tap. */
  public static boolean isPointwiseSecond(Map<String, Shape> tensors, ModuleNames names) {
    Shape shape = tensors.get(names.block(0, 1) + "." + names.folded() + ".weight");
    return shape != null && shape.rank() == 4 && shape.dimension(2) == 1;
  }

  /**
   * What all such networks have, on images of the usual size.
   *
   * @param naming the code whose names the tensors have
   * @param convolutions how many convolutions are one block of the network
   * @throws org.repfold.graph.BadInputException naming a tensor that is missing or does not fit
   */
  public BranchedSettings settings(Naming naming, int convolutions) {
    List<Integer> stages = convolutions();
    return new BranchedSettings(
        size(names.stem(), 1),
        TensorSizes.of(tensors, names.classifier() + ".weight", 2).get(0),
        BranchedSettings.USUAL_SIZE,
        BranchedSettings.USUAL_SIZE,
        size(names.stem(), 0),
        stages.stream().map(count -> count / convolutions).toList(),
        IntStream.range(0, stages.size())
            .mapToObj(stage -> outChannels(stage, convolutions - 1))
            .toList(),
        naming);
  }

  /** How many convolutions each stage has. */
  private List<Integer> convolutions() {
    List<Integer> stages = new ArrayList<>();
    while (hasBlock(stages.size(), 0)) {
      int stage = stages.size();
      stages.add((int) IntStream.iterate(0, i -> i + 1).takeWhile(i -> hasBlock(stage, i)).count());
    }
    return stages;
  }

  /** Channels behind a block. */
  public int outChannels(int stage, int block) {
    return size(names.block(stage, block), 0);
  }

  /** Channels that one output of a block depends on. */
  public int groupChannels(int stage, int block) {
    return size(names.block(stage, block), 1);
  }

  /** Branches with the full kernel that a block has; in the deploy form 1. */
  public int branches(int stage, int block) {
    String prefix = names.block(stage, block) + ".";
    return (int)
            IntStream.iterate(1, i -> i + 1)
                .takeWhile(
                    i ->
                        !names.kernel(i).equals(names.kernel(0))
                            && tensors.containsKey(prefix + names.kernel(i) + ".conv.weight"))
                .count()
        + 1;
  }

  private boolean hasBlock(int stage, int block) {
    return tensors.containsKey(weight(names.block(stage, block)));
  }

  private String weight(String block) {
    String convolution = form == Form.DEPLOY ? names.folded() : names.kernel(0) + ".conv";
    return block + "." + convolution + ".weight";
  }

  private int size(String block, int axis) {
    return TensorSizes.of(tensors, weight(block), 4).get(axis);
  }
}
