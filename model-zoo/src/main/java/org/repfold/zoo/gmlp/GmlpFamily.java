package org.repfold.zoo.gmlp;

import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.Shape;
import org.repfold.zoo.TensorSizes;
import org.repfold.zoo.tokens.TokenFamily;
import org.repfold.zoo.tokens.TokenSettings;

/** gMLP (NeurIPS 2021, arXiv 2105.08050). */
public final class GmlpFamily extends TokenFamily<GmlpConfiguration> {

  public GmlpFamily() {
    super(
        "gmlp",
        "gMLP",
        "gMLP, NeurIPS 2021, arXiv:2105.08050",
        GmlpConfiguration.class,
        all(),
        "mlp_channels.gate.proj");
  }

  /** Table 1 of the paper, which states how many images keep a branch: 1, 0.95 and 0.8. */
  @Override
  public double dropPath(String network) {
    return switch (network) {
      case "gmlp_s16_224" -> 0.05;
      case "gmlp_b16_224" -> 0.2;
      default -> 0;
    };
  }

  @Override
  protected GmlpConfiguration configuration(Map<String, Shape> tensors, TokenSettings settings) {
    return new GmlpConfiguration(
        settings, TensorSizes.of(tensors, "blocks.0.mlp_channels.fc1.weight", 2).get(0));
  }

  private static Map<String, GmlpConfiguration> all() {
    Map<String, GmlpConfiguration> all = new LinkedHashMap<>();
    all.put("gmlp_ti16_224", imageNet(128));
    all.put("gmlp_s16_224", imageNet(256));
    all.put("gmlp_b16_224", imageNet(512));
    all.put("gmlp_demo", new GmlpConfiguration(new TokenSettings(1, 10, 28, 28, 4, 4, 64), 256));
    return all;
  }

  private static GmlpConfiguration imageNet(int channels) {
    return new GmlpConfiguration(TokenSettings.imageNet(16, 30, channels), 6 * channels);
  }
}
