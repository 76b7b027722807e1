package org.repfold.zoo.repvgg;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.WeightInitializer;
import org.repfold.zoo.branched.BlockTensors;
import org.repfold.zoo.branched.BranchedNetwork;
import org.repfold.zoo.branched.FullyConvolutional;

/** RepVGG (CVPR 2021, arXiv 2101.03697), with timm's names or those of the official code. */
public final class RepVGGFamily implements Family {

  @Override
  public String name() {
    return "repvgg";
  }

  @Override
  public String title() {
    return "RepVGG";
  }

  @Override
  public String paper() {
    return "RepVGG, CVPR 2021, arXiv:2101.03697";
  }

  @Override
  public Class<RepVGGConfiguration> configurationType() {
    return RepVGGConfiguration.class;
  }

  @Override
  public Map<String, NetworkConfiguration> configurations() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(RepVGGs.all()));
  }

  @Override
  public WeightInitializer weights() {
    return new RepVGGWeights();
  }

  @Override
  public List<FoldRule> officialFolds() {
    return BranchedNetwork.officialFolds(RepVGGNames.all());
  }

  /** In timm's deploy form MobileOne has the same names, but kernels of one tap in between. */
  @Override
  public boolean knows(Map<String, Shape> tensors) {
    return RepVGGNames.of(tensors.keySet())
        .filter(names -> !BlockTensors.isPointwiseSecond(tensors, names.modules()))
        .isPresent();
  }

  @Override
  public Form formOf(Set<String> tensors) {
    return BlockTensors.formOf(tensors, RepVGGNames.all());
  }

  @Override
  public NetworkConfiguration named(NetworkConfiguration network, Set<String> tensors) {
    RepVGGConfiguration net = (RepVGGConfiguration) network;
    return RepVGGNames.of(tensors).map(net::with).orElse(net);
  }

  @Override
  public Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    RepVGGNames names = RepVGGNames.of(tensors.keySet()).orElseThrow();
    Map<String, RepVGGConfiguration> known = new LinkedHashMap<>();
    RepVGGs.all().forEach((name, net) -> known.put(name, net.with(names)));
    return FullyConvolutional.guess(
        read(new BlockTensors(tensors, names.modules(), form), names),
        known,
        "a custom RepVGG",
        UnaryOperator.identity(),
        image);
  }

  private static RepVGGConfiguration read(BlockTensors tensors, RepVGGNames names) {
    List<Integer> blocks = tensors.blocks();
    return new RepVGGConfiguration(
        tensors.inChannels(),
        tensors.classes(),
        FullyConvolutional.USUAL_SIZE,
        FullyConvolutional.USUAL_SIZE,
        tensors.stemChannels(),
        blocks,
        IntStream.range(0, blocks.size()).mapToObj(s -> tensors.outChannels(s, 0)).toList(),
        groups(tensors, blocks),
        names);
  }

  /** Told from the first stage that has a second block. */
  private static int groups(BlockTensors tensors, List<Integer> blocks) {
    return IntStream.range(0, blocks.size())
        .filter(stage -> blocks.get(stage) > 1)
        .map(stage -> tensors.outChannels(stage, 0) / tensors.groupChannels(stage, 1))
        .findFirst()
        .orElse(1);
  }
}
