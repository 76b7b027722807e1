package org.repfold.zoo.mobileone;

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
import org.repfold.zoo.branched.ByobWeights;
import org.repfold.zoo.branched.FullyConvolutional;

/** MobileOne (CVPR 2023, arXiv 2206.04040), with timm's names or those of the official code. */
public final class MobileOneFamily implements Family {
  private static final int CONVOLUTIONS_OF_BLOCK = 2;

  @Override
  public String name() {
    return "mobileone";
  }

  @Override
  public String title() {
    return "MobileOne";
  }

  @Override
  public String paper() {
    return "MobileOne, CVPR 2023, arXiv:2206.04040";
  }

  @Override
  public Class<MobileOneConfiguration> configurationType() {
    return MobileOneConfiguration.class;
  }

  @Override
  public Map<String, NetworkConfiguration> configurations() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(MobileOnes.all()));
  }

  @Override
  public WeightInitializer weights() {
    return new ByobWeights();
  }

  @Override
  public List<FoldRule> officialFolds() {
    return BranchedNetwork.officialFolds(MobileOneNames.all());
  }

  /** In timm's deploy form RepVGG has the same names, but no kernels of one tap in between. */
  @Override
  public boolean knows(Map<String, Shape> tensors) {
    return MobileOneNames.of(tensors.keySet())
        .filter(
            names ->
                formOf(tensors.keySet()) == Form.TRAIN
                    || BlockTensors.isPointwiseSecond(tensors, names.modules()))
        .isPresent();
  }

  @Override
  public Form formOf(Set<String> tensors) {
    return BlockTensors.formOf(tensors, MobileOneNames.all());
  }

  @Override
  public NetworkConfiguration named(NetworkConfiguration network, Set<String> tensors) {
    MobileOneConfiguration net = (MobileOneConfiguration) network;
    return MobileOneNames.of(tensors).map(net::with).orElse(net);
  }

  /** In the deploy form, how many branches there were makes no difference. */
  @Override
  public Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    MobileOneNames names = MobileOneNames.of(tensors.keySet()).orElseThrow();
    Map<String, MobileOneConfiguration> known = new LinkedHashMap<>();
    MobileOnes.all().forEach((name, net) -> known.put(name, net.with(names)));
    return FullyConvolutional.guess(
        read(new BlockTensors(tensors, names.modules(), form), names),
        known,
        "a custom MobileOne",
        form == Form.DEPLOY ? net -> net.withBranches(1) : UnaryOperator.identity(),
        image);
  }

  private static MobileOneConfiguration read(BlockTensors tensors, MobileOneNames names) {
    List<Integer> convolutions = tensors.blocks();
    return new MobileOneConfiguration(
        tensors.inChannels(),
        tensors.classes(),
        FullyConvolutional.USUAL_SIZE,
        FullyConvolutional.USUAL_SIZE,
        tensors.stemChannels(),
        convolutions.stream().map(count -> count / CONVOLUTIONS_OF_BLOCK).toList(),
        IntStream.range(0, convolutions.size()).mapToObj(s -> tensors.outChannels(s, 1)).toList(),
        tensors.branches(0, 0),
        names);
  }
}
