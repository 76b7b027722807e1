package org.repfold.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/**
 * Names and shapes of the tensors that the official PyTorch code of RepMLPNet has for a network, in
 * its own order of modules. BatchNorm's {@code num_batches_tracked} are left out: they are expected
 * and ignored.
 */
final class OfficialTensors {
  private static final String IGNORED_LEAF = "num_batches_tracked";
  private static final int FFN_EXPANSION = 4;

  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  private OfficialTensors() {}

  /** The tensors of a network in one of its forms. */
  static Map<String, Shape> of(RepMLPNetConfiguration net, Form form) {
    OfficialTensors tensors = new OfficialTensors();
    tensors.convolutionAndNorm(
        "conv_embedding.",
        net.channels().get(0),
        net.inChannels(),
        net.patchHeight(),
        net.patchWidth());
    for (int stage = 0; stage < net.stages(); stage++) {
      int channels = net.channels().get(stage);
      if (stage > 0) {
        tensors.convolutionAndNorm(
            "embeds." + (stage - 1) + ".", channels, net.channels().get(stage - 1), 2, 2);
      }
      for (int unit = 0; unit < net.blocks().get(stage); unit++) {
        tensors.unit("stages.%d.%d.".formatted(stage, unit), net.block(stage), form);
      }
    }
    int channels = net.channels().get(net.stages() - 1);
    tensors.norm("head_norm.", channels);
    tensors.add("head.weight", net.classes(), channels);
    tensors.add("head.bias", net.classes());
    return tensors.shapes;
  }

  static boolean isIgnored(String name) {
    return name.equals(IGNORED_LEAF) || name.endsWith("." + IGNORED_LEAF);
  }

  /**
   * Holds names and shapes against each other.
   *
   * @param what names the side that is expected, in messages
   * @throws BadInputException listing every missing, unexpected and mis-shaped tensor
   */
  static void require(String what, Map<String, Shape> expected, Map<String, Shape> found) {
    List<String> missing = new ArrayList<>();
    List<String> misshaped = new ArrayList<>();
    Set<String> unexpected = new LinkedHashSet<>(found.keySet());
    unexpected.removeIf(OfficialTensors::isIgnored);
    expected.forEach(
        (name, shape) -> {
          unexpected.remove(name);
          if (!found.containsKey(name)) {
            missing.add(name);
          } else if (!found.get(name).equals(shape)) {
            misshaped.add(
                "%s: expected shape %s, found %s".formatted(name, shape, found.get(name)));
          }
        });
    List<String> problems = new ArrayList<>();
    if (!missing.isEmpty()) {
      problems.add("missing " + String.join(", ", missing));
    }
    if (!unexpected.isEmpty()) {
      problems.add("unexpected " + String.join(", ", unexpected));
    }
    problems.addAll(misshaped);
    if (!problems.isEmpty()) {
      throw new BadInputException(
          "the tensors do not fit " + what + ": " + String.join("; ", problems));
    }
  }

  private void unit(String prefix, RepMLPBlockConfiguration block, Form form) {
    int channels = block.channels();
    norm(prefix + "prebn1.", channels);
    block(prefix + "repmlp_block.", block, form);
    norm(prefix + "prebn2.", channels);
    String feedForward = prefix + "ffn_block.";
    convolutionAndNorm(feedForward + "ffn_fc1.", FFN_EXPANSION * channels, channels, 1, 1);
    convolutionAndNorm(feedForward + "ffn_fc2.", channels, FFN_EXPANSION * channels, 1, 1);
  }

  private void block(String prefix, RepMLPBlockConfiguration block, Form form) {
    int internal = block.channels() / block.reduce();
    add(prefix + "gp.fc1.weight", internal, block.channels(), 1, 1);
    add(prefix + "gp.fc1.bias", internal);
    add(prefix + "gp.fc2.weight", block.channels(), internal, 1, 1);
    add(prefix + "gp.fc2.bias", block.channels());
    long positions = (long) block.height() * block.width();
    add(prefix + "fc3.weight", block.shareSets() * positions, positions, 1, 1);
    if (form == Form.DEPLOY) {
      add(prefix + "fc3.bias", block.shareSets() * positions);
      return;
    }
    norm(prefix + "fc3_bn.", block.shareSets());
    for (int kernel : block.kernels()) {
      convolutionAndNorm(prefix + "repconv" + kernel + ".", block.shareSets(), 1, kernel, kernel);
    }
  }

  private void convolutionAndNorm(String prefix, long out, long in, long height, long width) {
    add(prefix + "conv.weight", out, in, height, width);
    norm(prefix + "bn.", out);
  }

  private void norm(String prefix, long channels) {
    for (String leaf : List.of("weight", "bias", "running_mean", "running_var")) {
      add(prefix + leaf, channels);
    }
  }

  private void add(String name, long... shape) {
    shapes.put(name, Shape.of(shape));
  }
}
