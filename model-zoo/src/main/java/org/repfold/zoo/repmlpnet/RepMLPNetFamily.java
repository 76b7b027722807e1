package org.repfold.zoo.repmlpnet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.ConfigurationJson;
import org.repfold.zoo.Form;
import org.repfold.zoo.PublishedFamily;
import org.repfold.zoo.WeightInitializer;

/** RepMLPNet (CVPR 2022, arXiv 2112.11081). */
public final class RepMLPNetFamily extends PublishedFamily<RepMLPNetConfiguration> {
  private static final String NAME = "repmlpnet";
  private static final int MOST_LISTED = 6;

  public RepMLPNetFamily() {
    super(
        NAME,
        "RepMLPNet",
        "RepMLPNet, CVPR 2022, arXiv:2112.11081",
        RepMLPNetConfiguration.class,
        RepMLPNets.all());
  }

  @Override
  public WeightInitializer weights() {
    return WeightInitializer.PYTORCH;
  }

  @Override
  public List<FoldRule> officialFolds() {
    return RepMLPNet.officialFolds();
  }

  @Override
  public boolean knows(Map<String, Shape> tensors) {
    return tensors.keySet().stream().anyMatch(name -> name.contains("repmlp_block."));
  }

  /** The deploy form is known by FC3's bias, unless something of the train form is there too. */
  @Override
  public Form formOf(Set<String> tensors) {
    boolean hasBranches =
        tensors.stream().anyMatch(n -> n.contains(".fc3_bn.") || n.contains(".repconv"));
    boolean hasBias = tensors.stream().anyMatch(n -> n.endsWith(".fc3.bias"));
    return hasBias && !hasBranches ? Form.DEPLOY : Form.TRAIN;
  }

  /**
   * A published network is preferred where its tensors are of these shapes; else images are taken
   * to be as large as makes each stage's map one square partition.
   */
  @Override
  public Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    RepMLPNetTraits traits = RepMLPNetTraits.of(tensors);
    for (Map.Entry<String, RepMLPNetConfiguration> known : RepMLPNets.all().entrySet()) {
      RepMLPNetConfiguration net = known.getValue();
      if (RepMLPNetTraits.of(net, form).equals(traits) && net.isOn(image)) {
        return new Guess(known.getKey(), net, "it has just these shapes: " + traits.describe());
      }
    }
    List<MapSizes> candidates =
        image
            .map(shape -> MapSizes.of(traits, (int) shape.dimension(2), (int) shape.dimension(3)))
            .orElseGet(() -> MapSizes.of(traits));
    if (candidates.size() == 1) {
      return custom(traits, candidates.get(0), "no others fit");
    }
    for (MapSizes sizes : candidates) {
      if (image.isEmpty() && sizes.isSquareAndWhole(traits)) {
        return custom(traits, sizes, "so each stage's map is one square partition");
      }
    }
    throw ambiguous(traits, candidates);
  }

  private static Guess custom(RepMLPNetTraits traits, MapSizes sizes, String why) {
    return new Guess(
        "a custom RepMLPNet",
        traits.with(sizes),
        traits.describe() + "; " + sizes.describe() + ", " + why);
  }

  private static BadInputException ambiguous(RepMLPNetTraits traits, List<MapSizes> candidates) {
    String open =
        "the tensors (%s) do not say how large images and partitions are: --arch net.json must"
                .formatted(traits.describe())
            + " state them";
    if (candidates.isEmpty()) {
      return new BadInputException(open);
    }
    List<String> listed = candidates.stream().limit(MOST_LISTED).map(MapSizes::describe).toList();
    return new BadInputException(
        "%s; %s fit%s, the first being %s"
            .formatted(
                open,
                String.join("; or ", listed),
                candidates.size() > MOST_LISTED ? ", and more" : "",
                ConfigurationJson.write(NAME, traits.with(candidates.get(0)))));
  }
}
