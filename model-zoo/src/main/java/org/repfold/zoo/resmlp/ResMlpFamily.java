package org.repfold.zoo.resmlp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.Shape;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.TensorSizes;
import org.repfold.zoo.tokens.TokenFamily;
import org.repfold.zoo.tokens.TokenTraits;

/** ResMLP (arXiv 2105.03404). */
public final class ResMlpFamily extends TokenFamily {
  private static final Map<String, NetworkConfiguration> CONFIGURATIONS = all();

  public ResMlpFamily() {
    super(".linear_tokens.", "blocks.0.linear_tokens.weight");
  }

  @Override
  public String name() {
    return "resmlp";
  }

  @Override
  public String title() {
    return "ResMLP";
  }

  @Override
  public String paper() {
    return "ResMLP, TPAMI 2022, arXiv:2105.03404";
  }

  @Override
  public Class<ResMlpConfiguration> configurationType() {
    return ResMlpConfiguration.class;
  }

  @Override
  public Map<String, NetworkConfiguration> configurations() {
    return CONFIGURATIONS;
  }

  @Override
  protected ResMlpConfiguration configuration(
      Map<String, Shape> tensors, TokenTraits traits, Shape image) {
    return new ResMlpConfiguration(
        traits.inChannels(),
        traits.classes(),
        (int) image.dimension(0),
        (int) image.dimension(1),
        traits.patch(),
        traits.depth(),
        traits.channels(),
        TensorSizes.of(tensors, "blocks.0.mlp_channels.fc1.weight", 2).get(0),
        ResMlpConfiguration.DEFAULT_LAYER_SCALE);
  }

  private static Map<String, NetworkConfiguration> all() {
    Map<String, NetworkConfiguration> all = new LinkedHashMap<>();
    all.put("resmlp_12_224", imageNet(16, 12, 384, 1e-4));
    all.put("resmlp_24_224", imageNet(16, 24, 384, 1e-5));
    all.put("resmlp_36_224", imageNet(16, 36, 384, 1e-6));
    all.put("resmlp_big_24_224", imageNet(8, 24, 768, 1e-6));
    all.put("resmlp_demo", new ResMlpConfiguration(1, 10, 28, 28, 4, 3, 128, 256, 1));
    return Collections.unmodifiableMap(all);
  }

  private static ResMlpConfiguration imageNet(
      int patch, int depth, int channels, double layerScale) {
    return new ResMlpConfiguration(
        3, 1000, 224, 224, patch, depth, channels, 4 * channels, layerScale);
  }
}
