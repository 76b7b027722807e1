package org.repfold.zoo.gmlp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.Shape;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.TensorSizes;
import org.repfold.zoo.tokens.TokenFamily;
import org.repfold.zoo.tokens.TokenTraits;

/** gMLP (NeurIPS 2021, arXiv 2105.08050). */
public final class GmlpFamily extends TokenFamily {
  private static final Map<String, NetworkConfiguration> CONFIGURATIONS = all();

  public GmlpFamily() {
    super(".mlp_channels.gate.", "blocks.0.mlp_channels.gate.proj.weight");
  }

  @Override
  public String name() {
    return "gmlp";
  }

  @Override
  public String title() {
    return "gMLP";
  }

  @Override
  public String paper() {
    return "gMLP, NeurIPS 2021, arXiv:2105.08050";
  }

  @Override
  public Class<GmlpConfiguration> configurationType() {
    return GmlpConfiguration.class;
  }

  @Override
  public Map<String, NetworkConfiguration> configurations() {
    return CONFIGURATIONS;
  }

  @Override
  protected GmlpConfiguration configuration(
      Map<String, Shape> tensors, TokenTraits traits, Shape image) {
    return new GmlpConfiguration(
        traits.inChannels(),
        traits.classes(),
        (int) image.dimension(0),
        (int) image.dimension(1),
        traits.patch(),
        traits.depth(),
        traits.channels(),
        TensorSizes.of(tensors, "blocks.0.mlp_channels.fc1.weight", 2).get(0));
  }

  private static Map<String, NetworkConfiguration> all() {
    Map<String, NetworkConfiguration> all = new LinkedHashMap<>();
    all.put("gmlp_ti16_224", imageNet(128));
    all.put("gmlp_s16_224", imageNet(256));
    all.put("gmlp_b16_224", imageNet(512));
    all.put("gmlp_demo", new GmlpConfiguration(1, 10, 28, 28, 4, 4, 64, 256));
    return Collections.unmodifiableMap(all);
  }

  private static GmlpConfiguration imageNet(int channels) {
    return new GmlpConfiguration(3, 1000, 224, 224, 16, 30, channels, 6 * channels);
  }
}
