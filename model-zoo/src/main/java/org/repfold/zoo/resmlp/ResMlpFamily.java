package org.repfold.zoo.resmlp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.zoo.TensorSizes;
import org.repfold.zoo.tokens.TokenFamily;
import org.repfold.zoo.tokens.TokenSettings;

/** ResMLP (arXiv 2105.03404), with timm's names; checkpoints may have the official code's. */
public final class ResMlpFamily extends TokenFamily<ResMlpConfiguration> {

  public ResMlpFamily() {
    super(
        "resmlp",
        "ResMLP",
        "ResMLP, TPAMI 2022, arXiv:2105.03404",
        ResMlpConfiguration.class,
        all(),
        "linear_tokens");
  }

  @Override
  public Optional<Map<String, Tensor>> translated(Map<String, Tensor> tensors) {
    return OfficialNames.toTimm(tensors);
  }

  @Override
  protected ResMlpConfiguration configuration(Map<String, Shape> tensors, TokenSettings settings) {
    return new ResMlpConfiguration(
        settings,
        TensorSizes.of(tensors, "blocks.0.mlp_channels.fc1.weight", 2).get(0),
        ResMlpConfiguration.DEFAULT_LAYER_SCALE);
  }

  private static Map<String, ResMlpConfiguration> all() {
    Map<String, ResMlpConfiguration> all = new LinkedHashMap<>();
    all.put("resmlp_12_224", imageNet(16, 12, 384, 1e-4));
    all.put("resmlp_24_224", imageNet(16, 24, 384, 1e-5));
    all.put("resmlp_36_224", imageNet(16, 36, 384, 1e-6));
    all.put("resmlp_big_24_224", imageNet(8, 24, 768, 1e-6));
    all.put(
        "resmlp_demo",
        new ResMlpConfiguration(new TokenSettings(1, 10, 28, 28, 4, 3, 128), 256, 1));
    return all;
  }

  private static ResMlpConfiguration imageNet(
      int patch, int depth, int channels, double layerScale) {
    return new ResMlpConfiguration(
        TokenSettings.imageNet(patch, depth, channels), 4 * channels, layerScale);
  }
}
