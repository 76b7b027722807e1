package org.repfold.zoo.cyclemlp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.TensorSizes;

/** Reads a CycleMLP's configuration off the names and shapes of its tensors. */
final class CycleMlpTraits {
  /** Published networks were trained on images of this size. */
  private static final int USUAL_IMAGE = 224;

  private static final String STEM = "patch_embed.proj.weight";

  private final Map<String, Shape> tensors;
  private final List<Integer> blocks = new ArrayList<>();
  private final List<Integer> channels = new ArrayList<>();
  private final List<Double> mlpRatios = new ArrayList<>();
  private final List<Boolean> transitions = new ArrayList<>();

  private CycleMlpTraits(Map<String, Shape> tensors) {
    this.tensors = tensors;
  }

  /**
   * The network of these tensors.
   *
   * @param image {@code [N, C, H, W]}, where it is known
   * @throws BadInputException naming a tensor that is missing, or a setting that makes no network
   */
  static CycleMlpConfiguration of(Map<String, Shape> tensors, Optional<Shape> image) {
    CycleMlpTraits traits = new CycleMlpTraits(tensors);
    traits.readStages();
    boolean pyramid = tensors.containsKey("norm0.weight");
    return new CycleMlpConfiguration(
        TensorSizes.of(tensors, STEM, 4).get(1),
        pyramid ? 0 : TensorSizes.of(tensors, "head.weight", 2).get(0),
        image.map(shape -> (int) shape.dimension(2)).orElse(USUAL_IMAGE),
        image.map(shape -> (int) shape.dimension(3)).orElse(USUAL_IMAGE),
        traits.blocks,
        traits.channels,
        traits.mlpRatios,
        traits.transitions,
        1,
        pyramid);
  }

  /** Stages and transitions are modules of one list, in the order in which the map takes them. */
  private void readStages() {
    int module = 0;
    while (hasBlock(module, 0)) {
      int count = 1;
      while (hasBlock(module, count)) {
        count++;
      }
      String block = "network.%d.0.".formatted(module);
      List<Integer> perceptron = TensorSizes.ofDense(tensors, block + "mlp.fc1.weight");
      blocks.add(count);
      channels.add(perceptron.get(1));
      mlpRatios.add(ratio(perceptron.get(0), perceptron.get(1)));
      module++;
      boolean isHalved = tensors.containsKey("network.%d.proj.weight".formatted(module));
      module += isHalved ? 1 : 0;
      if (isHalved || hasBlock(module, 0)) {
        transitions.add(isHalved);
      }
    }
  }

  private boolean hasBlock(int module, int block) {
    String prefix = "network.%d.%d.".formatted(module, block);
    return tensors.containsKey(prefix + "norm1.weight")
        || tensors.containsKey(prefix + "attn.sfc_h.weight");
  }

  /** What the channels are to be multiplied by, and the product cut off, for so many hidden. */
  private static double ratio(int hidden, int channels) {
    double ratio = (double) hidden / channels;
    return (int) (channels * ratio) < hidden ? Math.nextUp(ratio) : ratio;
  }
}
