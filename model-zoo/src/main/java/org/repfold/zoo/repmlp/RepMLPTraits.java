package org.repfold.zoo.repmlp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.TensorSizes;

/**
 * What the tensors of a ResNet with RepMLP say of it: everything but what {@link RepMLPSizes}
 * holds. Lists on RepMLP blocks have one entry for each of {@code repmlpStages}.
 *
 * @param blocks units in each stage
 * @param channels of each stage's output
 * @param blockChannels channels of RepMLP
 * @param area of a partition: its height times its width
 * @param partitions of a map
 * @param internals neurons inside the Global Perceptron; 0 where a map is one partition
 * @param kernels sizes of the Local Perceptron's convolutions; none in the deploy form
 */
record RepMLPTraits(
    int inChannels,
    int classes,
    int stemChannels,
    int stemKernel,
    List<Integer> blocks,
    List<Integer> channels,
    UnitKind unit,
    List<Integer> repmlpStages,
    List<Integer> blockChannels,
    int area,
    List<Integer> partitions,
    List<Integer> internals,
    int groups,
    List<Integer> kernels) {
  private static final Pattern UNIT = Pattern.compile("stage(\\d{1,4})\\.(\\d{1,4})\\..*");
  private static final Pattern KERNEL =
      Pattern.compile("stage\\d+\\.\\d+\\.\\w+_repmlp\\.repconv(\\d{1,4})\\.conv\\.weight");

  RepMLPTraits {
    blocks = List.copyOf(blocks);
    channels = List.copyOf(channels);
    repmlpStages = List.copyOf(repmlpStages);
    blockChannels = List.copyOf(blockChannels);
    partitions = List.copyOf(partitions);
    internals = List.copyOf(internals);
    kernels = List.copyOf(kernels);
  }

  static RepMLPTraits of(RepMLPResNetConfiguration net, Form form) {
    List<Integer> stages =
        net.repmlpStages().stream()
            .filter(stage -> net.isRepMLP(stage, net.blocks().get(stage - 1) - 1))
            .toList();
    List<RepMLPBlockConfiguration> blocks = stages.stream().map(net::block).toList();
    return new RepMLPTraits(
        net.inChannels(),
        net.classes(),
        net.stemChannels(),
        net.stemKernel(),
        net.blocks(),
        net.channels(),
        net.unit(),
        stages,
        blocks.stream().map(RepMLPBlockConfiguration::inChannels).toList(),
        net.height() * net.width(),
        blocks.stream().map(b -> b.partitionRows() * b.partitionColumns()).toList(),
        blocks.stream()
            .map(b -> b.hasGlobalPerceptron() ? b.globalFeatures() / b.reduce() : 0)
            .toList(),
        net.groups(),
        form == Form.TRAIN ? net.kernels().stream().sorted().toList() : List.of());
  }

  /**
   * Reads them off the tensors' names and shapes.
   *
   * @throws BadInputException if a tensor is missing or has other axes than that family's, or if
   *     stages differ in what they have in common
   */
  static RepMLPTraits of(Map<String, Shape> tensors) {
    List<Integer> blocks = blocks(tensors);
    UnitKind unit =
        tensors.keySet().stream().anyMatch(name -> name.contains("light_repmlp."))
            ? UnitKind.LIGHT
            : UnitKind.BOTTLENECK;
    List<Integer> stages =
        IntStream.rangeClosed(1, blocks.size())
            .filter(stage -> hasRepMLP(tensors, stage))
            .boxed()
            .toList();
    if (stages.isEmpty()) {
      throw new BadInputException(
          "expected RepMLP in the units of a stage, counted from 'stage1.0', found none; --arch"
              + " names the architecture");
    }
    List<StageShapes> shapes =
        stages.stream().map(stage -> StageShapes.of(tensors, stage, unit)).toList();
    List<Integer> stem = TensorSizes.of(tensors, "stage0.0.conv.weight", 4);
    return new RepMLPTraits(
        stem.get(1),
        TensorSizes.of(tensors, "linear.weight", 2).get(0),
        stem.get(0),
        stem.get(2),
        blocks,
        IntStream.rangeClosed(1, blocks.size())
            .mapToObj(stage -> channels(tensors, stage, unit))
            .toList(),
        unit,
        stages,
        shapes.stream().map(StageShapes::channels).toList(),
        common("positions of a partition", shapes.stream().map(StageShapes::area).toList()),
        shapes.stream().map(StageShapes::partitions).toList(),
        shapes.stream().map(StageShapes::internal).toList(),
        common("groups of FC3", shapes.stream().map(StageShapes::groups).toList()),
        kernels(tensors));
  }

  /** What a RepMLP unit's tensors say. */
  private record StageShapes(int channels, int area, int groups, int partitions, int internal) {
    static StageShapes of(Map<String, Shape> tensors, int stage, UnitKind unit) {
      String prefix = repmlpUnit(stage);
      boolean isLight = unit == UnitKind.LIGHT;
      String into = prefix + (isLight ? "light_conv1" : "btnk_conv2") + ".conv.weight";
      int channels = TensorSizes.of(tensors, into, 4).get(0);
      String block = prefix + (isLight ? "light_repmlp." : "btnk_repmlp.");
      List<Integer> fc3 = TensorSizes.of(tensors, block + "fc3.weight", 4);
      int area = fc3.get(0) / channels;
      int groups = fc3.get(0) / fc3.get(1);
      String fc1 = block + "fc1_fc2.fc1.weight";
      if (!tensors.containsKey(fc1)) {
        return new StageShapes(channels, area, groups, 1, 0);
      }
      List<Integer> sizes = TensorSizes.of(tensors, fc1, 2);
      return new StageShapes(channels, area, groups, sizes.get(1) / channels, sizes.get(0));
    }
  }

  private static List<Integer> blocks(Map<String, Shape> tensors) {
    Set<String> units =
        tensors.keySet().stream()
            .map(UNIT::matcher)
            .filter(Matcher::matches)
            .map(unit -> unit.group(1) + "." + unit.group(2))
            .collect(Collectors.toSet());
    List<Integer> blocks = new ArrayList<>();
    while (units.contains(blocks.size() + 1 + ".0")) {
      int stage = blocks.size() + 1;
      int count = 1;
      while (units.contains(stage + "." + count)) {
        count++;
      }
      blocks.add(count);
    }
    return blocks;
  }

  /** The first unit of a stage that does not halve the map. */
  private static String repmlpUnit(int stage) {
    return "stage%d.%d.".formatted(stage, stage == 1 ? 0 : 1);
  }

  private static boolean hasRepMLP(Map<String, Shape> tensors, int stage) {
    return tensors.keySet().stream()
        .anyMatch(name -> name.startsWith(repmlpUnit(stage)) && name.contains("_repmlp."));
  }

  private static int channels(Map<String, Shape> tensors, int stage, UnitKind unit) {
    boolean isPlain = stage > 1 || !hasRepMLP(tensors, stage);
    String last = isPlain ? "conv3" : unit == UnitKind.LIGHT ? "light_conv3" : "btnk_conv5";
    return TensorSizes.of(tensors, "stage%d.0.%s.conv.weight".formatted(stage, last), 4).get(0);
  }

  private static List<Integer> kernels(Map<String, Shape> tensors) {
    return tensors.keySet().stream()
        .map(KERNEL::matcher)
        .filter(Matcher::matches)
        .map(match -> Integer.valueOf(match.group(1)))
        .distinct()
        .sorted()
        .toList();
  }

  private static int common(String what, List<Integer> values) {
    if (values.stream().distinct().count() != 1) {
      throw new BadInputException(
          "expected as many %s in all stages with RepMLP, found %s".formatted(what, values));
    }
    return values.get(0);
  }

  /**
   * The network with what its tensors leave open.
   *
   * @throws BadInputException if there is none, saying why
   */
  RepMLPResNetConfiguration with(RepMLPSizes sizes) {
    List<Integer> reductions =
        unit == UnitKind.LIGHT
            ? List.of()
            : eachStage(
                i ->
                    divisor(
                        channels.get(repmlpStages.get(i) - 1) / RepMLPResNetConfiguration.EXPANSION,
                        blockChannels.get(i)));
    return new RepMLPResNetConfiguration(
        inChannels,
        classes,
        sizes.imageHeight(),
        sizes.imageWidth(),
        stemChannels,
        stemKernel,
        sizes.stemStride(),
        sizes.stemPool(),
        blocks,
        channels,
        unit,
        repmlpStages,
        reductions,
        sizes.height(),
        sizes.width(),
        groups,
        kernels,
        reduce());
  }

  private List<Integer> eachStage(IntFunction<Integer> value) {
    return IntStream.range(0, repmlpStages.size()).mapToObj(value).toList();
  }

  /** Any that gives these neurons: they make the same network. */
  private int reduce() {
    IntBinaryOperator neurons =
        (stage, reduce) -> blockChannels.get(stage) * partitions.get(stage) / reduce;
    int[] stages =
        IntStream.range(0, repmlpStages.size()).filter(i -> internals.get(i) > 0).toArray();
    if (stages.length == 0) {
      return 1;
    }
    int most = neurons.applyAsInt(stages[0], 1);
    return IntStream.rangeClosed(1, most)
        .filter(
            reduce ->
                IntStream.of(stages)
                    .allMatch(i -> neurons.applyAsInt(i, reduce) == internals.get(i)))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "expected neurons inside the Global Perceptrons that are channels times"
                        + " partitions divided by one number, found "
                        + internals));
  }

  private static int divisor(int dividend, int quotient) {
    return IntStream.rangeClosed(1, dividend)
        .filter(divisor -> dividend / divisor == quotient)
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "expected channels of RepMLP that are the bottleneck's %d divided by a number, found %d"
                        .formatted(dividend, quotient)));
  }

  /** In words. */
  String describe() {
    return Stream.of(
            "stem of %d channels and a kernel of %dx%d"
                .formatted(inChannels, stemKernel, stemKernel),
            "units " + blocks,
            "channels " + channels,
            (unit == UnitKind.LIGHT ? "light" : "bottleneck")
                + " units with RepMLP in stages "
                + repmlpStages,
            "RepMLP of channels " + blockChannels,
            area + " positions of a partition",
            "partitions " + partitions,
            groups + " groups",
            kernels.isEmpty() ? "no local kernels" : "local kernels " + kernels,
            classes + " classes")
        .reduce((a, b) -> a + ", " + b)
        .orElseThrow();
  }
}
