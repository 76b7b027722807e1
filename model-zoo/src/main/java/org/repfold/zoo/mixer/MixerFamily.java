package org.repfold.zoo.mixer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.Shape;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.TensorSizes;
import org.repfold.zoo.tokens.TokenFamily;
import org.repfold.zoo.tokens.TokenTraits;

/** MLP-Mixer (NeurIPS 2021, arXiv 2105.01601). */
public final class MixerFamily extends TokenFamily {
  private static final Map<String, NetworkConfiguration> CONFIGURATIONS = all();

  public MixerFamily() {
    super(".mlp_tokens.", "blocks.0.mlp_tokens.fc1.weight");
  }

  @Override
  public String name() {
    return "mixer";
  }

  @Override
  public String title() {
    return "MLP-Mixer";
  }

  @Override
  public String paper() {
    return "MLP-Mixer, NeurIPS 2021, arXiv:2105.01601";
  }

  @Override
  public Class<MixerConfiguration> configurationType() {
    return MixerConfiguration.class;
  }

  @Override
  public Map<String, NetworkConfiguration> configurations() {
    return CONFIGURATIONS;
  }

  @Override
  protected MixerConfiguration configuration(
      Map<String, Shape> tensors, TokenTraits traits, Shape image) {
    return new MixerConfiguration(
        traits.inChannels(),
        traits.classes(),
        (int) image.dimension(0),
        (int) image.dimension(1),
        traits.patch(),
        traits.depth(),
        traits.channels(),
        TensorSizes.of(tensors, "blocks.0.mlp_tokens.fc1.weight", 2).get(0),
        TensorSizes.of(tensors, "blocks.0.mlp_channels.fc1.weight", 2).get(0));
  }

  private static Map<String, NetworkConfiguration> all() {
    Map<String, NetworkConfiguration> all = new LinkedHashMap<>();
    all.put("mixer_s32_224", imageNet(32, 8, 512));
    all.put("mixer_s16_224", imageNet(16, 8, 512));
    all.put("mixer_b32_224", imageNet(32, 12, 768));
    all.put("mixer_b16_224", imageNet(16, 12, 768));
    all.put("mixer_l32_224", imageNet(32, 24, 1024));
    all.put("mixer_l16_224", imageNet(16, 24, 1024));
    all.put("mixer_demo", new MixerConfiguration(1, 10, 28, 28, 4, 2, 128, 64, 256));
    return Collections.unmodifiableMap(all);
  }

  private static MixerConfiguration imageNet(int patch, int depth, int channels) {
    return new MixerConfiguration(
        3, 1000, 224, 224, patch, depth, channels, channels / 2, 4 * channels);
  }
}
