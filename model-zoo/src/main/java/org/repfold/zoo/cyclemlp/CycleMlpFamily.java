package org.repfold.zoo.cyclemlp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.PublishedFamily;
import org.repfold.zoo.WeightInitializer;

/** CycleMLP (ICLR 2022, arXiv 2107.10224). */
public final class CycleMlpFamily extends PublishedFamily<CycleMlpConfiguration> {
  private static final Map<String, CycleMlpConfiguration> CONFIGURATIONS = all();

  public CycleMlpFamily() {
    super(
        "cyclemlp",
        "CycleMLP",
        "CycleMLP, ICLR 2022, arXiv:2107.10224",
        CycleMlpConfiguration.class,
        CONFIGURATIONS);
  }

  @Override
  public WeightInitializer weights() {
    return new CycleMlpWeights();
  }

  @Override
  public List<FoldRule> officialFolds() {
    return List.of();
  }

  @Override
  public boolean knows(Map<String, Shape> tensors) {
    return tensors.keySet().stream().anyMatch(name -> name.contains(".attn.sfc_"));
  }

  @Override
  public Form formOf(Set<String> tensors) {
    return Form.TRAIN;
  }

  /**
   * The shapes determine the network but for the size of its images, which may be any, and for what
   * branches are divided by, which is 1 in all published ones.
   */
  @Override
  public Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    CycleMlpConfiguration found = CycleMlpTraits.of(tensors, image);
    String shapes = describe(found);
    for (Map.Entry<String, CycleMlpConfiguration> known : CONFIGURATIONS.entrySet()) {
      CycleMlpConfiguration net = known.getValue();
      if (net.withImage(found.imageHeight(), found.imageWidth()).equals(found)
          && (image.isEmpty() || net.equals(found))) {
        return new Guess(known.getKey(), net, "it has just these shapes: " + shapes);
      }
    }
    return new Guess(
        found.pyramid() ? "a custom pyramid of CycleMLP" : "a custom CycleMLP",
        found,
        "%s; images of %dx%d%s"
            .formatted(
                shapes,
                found.imageHeight(),
                found.imageWidth(),
                image.isPresent() ? "" : ", as they may be of any size"));
  }

  private static String describe(CycleMlpConfiguration net) {
    List<Integer> hidden = new ArrayList<>();
    for (int stage = 0; stage < net.stages(); stage++) {
      hidden.add(net.hidden(stage));
    }
    return "%s blocks of %s channels, %s hidden, images of %d channels, %s"
        .formatted(
            net.blocks(),
            net.channels(),
            hidden,
            net.inChannels(),
            net.pyramid() ? "the maps of all stages" : net.classes() + " classes");
  }

  private static Map<String, CycleMlpConfiguration> all() {
    List<Integer> narrow = List.of(64, 128, 320, 512);
    List<Double> equal = List.of(4.0, 4.0, 4.0, 4.0);
    List<Double> wideFirst = List.of(8.0, 8.0, 4.0, 4.0);
    Map<String, CycleMlpConfiguration> all = new LinkedHashMap<>();
    all.put("cyclemlp_b1", imageNet(List.of(2, 2, 4, 2), narrow, equal));
    all.put("cyclemlp_b2", imageNet(List.of(2, 3, 10, 3), narrow, equal));
    all.put("cyclemlp_b3", imageNet(List.of(3, 4, 18, 3), narrow, wideFirst));
    all.put("cyclemlp_b4", imageNet(List.of(3, 8, 27, 3), narrow, wideFirst));
    all.put("cyclemlp_b5", imageNet(List.of(3, 4, 24, 3), List.of(96, 192, 384, 768), equal));
    all.put(
        "cyclemlp_demo",
        new CycleMlpConfiguration(
            1,
            10,
            28,
            28,
            List.of(1, 1),
            List.of(64, 128),
            List.of(2.0, 2.0),
            List.of(true),
            1,
            false));
    return Collections.unmodifiableMap(all);
  }

  private static CycleMlpConfiguration imageNet(
      List<Integer> blocks, List<Integer> channels, List<Double> mlpRatios) {
    List<Boolean> transitions = List.of(true, true, true);
    return new CycleMlpConfiguration(
        3, 1000, 224, 224, blocks, channels, mlpRatios, transitions, 1, false);
  }
}
