package org.repfold.zoo.mixer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.Shape;
import org.repfold.zoo.TensorSizes;
import org.repfold.zoo.tokens.TokenFamily;
import org.repfold.zoo.tokens.TokenSettings;

/** MLP-Mixer (NeurIPS 2021, arXiv 2105.01601). */
public final class MixerFamily extends TokenFamily<MixerConfiguration> {

  public MixerFamily() {
    super(
        "mixer",
        "MLP-Mixer",
        "MLP-Mixer, NeurIPS 2021, arXiv:2105.01601",
        MixerConfiguration.class,
        all(),
        "mlp_tokens.fc1");
  }

  @Override
  protected MixerConfiguration configuration(Map<String, Shape> tensors, TokenSettings settings) {
    return new MixerConfiguration(
        settings,
        TensorSizes.of(tensors, "blocks.0.mlp_tokens.fc1.weight", 2).get(0),
        TensorSizes.of(tensors, "blocks.0.mlp_channels.fc1.weight", 2).get(0));
  }

  private static Map<String, MixerConfiguration> all() {
    Map<String, MixerConfiguration> all = new LinkedHashMap<>();
    all.put("mixer_s32_224", imageNet(32, 8, 512));
    all.put("mixer_s16_224", imageNet(16, 8, 512));
    all.put("mixer_b32_224", imageNet(32, 12, 768));
    all.put("mixer_b16_224", imageNet(16, 12, 768));
    all.put("mixer_l32_224", imageNet(32, 24, 1024));
    all.put("mixer_l16_224", imageNet(16, 24, 1024));
    all.put(
        "mixer_demo", new MixerConfiguration(new TokenSettings(1, 10, 28, 28, 4, 2, 128), 64, 256));
    return all;
  }

  private static MixerConfiguration imageNet(int patch, int depth, int channels) {
    return new MixerConfiguration(
        TokenSettings.imageNet(patch, depth, channels), channels / 2, 4 * channels);
  }
}
