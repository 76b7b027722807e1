package org.repfold.zoo.repmlpnet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.TensorSizes;

/**
 * What the tensors of a RepMLPNet say of it: everything but how large its images are, and how high
 * and how wide its partitions. Lists of stages have one entry for each.
 *
 * @param blocks units in each stage
 * @param positions of a partition in each stage: its height times its width
 * @param internals channels inside the Global Perceptron of each stage
 * @param kernels sizes of the Local Perceptron's convolutions; none in the deploy form
 */
record RepMLPNetTraits(
    int inChannels,
    int classes,
    int patchHeight,
    int patchWidth,
    List<Integer> blocks,
    List<Integer> channels,
    List<Integer> positions,
    List<Integer> shareSets,
    List<Integer> internals,
    List<Integer> kernels) {
  private static final Pattern KERNEL =
      Pattern.compile("stages\\.0\\.0\\.repmlp_block\\.repconv(\\d{1,4})\\.conv\\.weight");

  static RepMLPNetTraits of(RepMLPNetConfiguration net, Form form) {
    return new RepMLPNetTraits(
        net.inChannels(),
        net.classes(),
        net.patchHeight(),
        net.patchWidth(),
        net.blocks(),
        net.channels(),
        stages(net).mapToObj(s -> net.heights().get(s) * net.widths().get(s)).toList(),
        net.shareSets(),
        stages(net).mapToObj(s -> net.channels().get(s) / net.reduce()).toList(),
        form == Form.TRAIN ? net.kernels().stream().sorted().toList() : List.of());
  }

  private static IntStream stages(RepMLPNetConfiguration net) {
    return IntStream.range(0, net.stages());
  }

  /**
   * Reads them off the tensors' names and shapes.
   *
   * @throws BadInputException if a tensor is missing or has other axes than that family's
   */
  static RepMLPNetTraits of(Map<String, Shape> tensors) {
    List<Integer> blocks = new ArrayList<>();
    while (hasUnit(tensors, blocks.size(), 0)) {
      int units = 1;
      while (hasUnit(tensors, blocks.size(), units)) {
        units++;
      }
      blocks.add(units);
    }
    List<Integer> channels = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    List<Integer> shareSets = new ArrayList<>();
    List<Integer> internals = new ArrayList<>();
    for (int stage = 0; stage < blocks.size(); stage++) {
      String block = "stages." + stage + ".0.repmlp_block.";
      List<Integer> fc3 = TensorSizes.of(tensors, block + "fc3.weight", 4);
      List<Integer> fc1 = TensorSizes.of(tensors, block + "gp.fc1.weight", 4);
      channels.add(fc1.get(1));
      internals.add(fc1.get(0));
      positions.add(fc3.get(1));
      shareSets.add(fc3.get(0) / fc3.get(1));
    }
    List<Integer> stem = TensorSizes.of(tensors, "conv_embedding.conv.weight", 4);
    return new RepMLPNetTraits(
        stem.get(1),
        TensorSizes.of(tensors, "head.weight", 2).get(0),
        stem.get(2),
        stem.get(3),
        List.copyOf(blocks),
        List.copyOf(channels),
        List.copyOf(positions),
        List.copyOf(shareSets),
        List.copyOf(internals),
        kernels(tensors));
  }

  private static boolean hasUnit(Map<String, Shape> tensors, int stage, int unit) {
    return tensors.containsKey("stages.%d.%d.prebn1.weight".formatted(stage, unit))
        || tensors.containsKey("stages.%d.%d.repmlp_block.fc3.weight".formatted(stage, unit));
  }

  private static List<Integer> kernels(Map<String, Shape> tensors) {
    return tensors.keySet().stream()
        .map(KERNEL::matcher)
        .filter(Matcher::matches)
        .map(match -> Integer.valueOf(match.group(1)))
        .sorted()
        .toList();
  }

  /**
   * The network on images and partitions of given sizes.
   *
   * @throws BadInputException if there is none, saying why
   */
  RepMLPNetConfiguration with(MapSizes sizes) {
    return new RepMLPNetConfiguration(
        inChannels,
        classes,
        sizes.imageHeight(),
        sizes.imageWidth(),
        patchHeight,
        patchWidth,
        blocks,
        channels,
        sizes.heights(),
        sizes.widths(),
        shareSets,
        kernels,
        reduce());
  }

  /** Any that gives the internal channels of all stages: they make the same network. */
  private int reduce() {
    return IntStream.rangeClosed(1, channels.get(0))
        .filter(
            reduce ->
                IntStream.range(0, channels.size())
                    .allMatch(s -> channels.get(s) / reduce == internals.get(s)))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "expected internal channels of the Global Perceptrons that are those of the"
                        + " stages "
                        + channels
                        + " divided by one number, found "
                        + internals));
  }

  /** In words. */
  String describe() {
    return Stream.of(
            "stem of %d channels and patches of %dx%d"
                .formatted(inChannels, patchHeight, patchWidth),
            "units " + blocks,
            "channels " + channels,
            "positions of a partition " + positions,
            "share-sets " + shareSets,
            kernels.isEmpty() ? "no local kernels" : "local kernels " + kernels,
            classes + " classes")
        .reduce((a, b) -> a + ", " + b)
        .orElseThrow();
  }
}
