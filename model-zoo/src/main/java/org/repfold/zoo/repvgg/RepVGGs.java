package org.repfold.zoo.repvgg;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.zoo.Naming;
import org.repfold.zoo.branched.BranchedSettings;

/**
 * RepVGG configurations by timm's names, for ImageNet, and {@code repvgg_demo}, small enough to
 * train on a laptop's CPU in minutes.
 */
final class RepVGGs {
  private static final Map<String, RepVGGConfiguration> CONFIGURATIONS = configurations();

  private RepVGGs() {}

  /** All configurations, the published ones first. */
  static Map<String, RepVGGConfiguration> all() {
    return CONFIGURATIONS;
  }

  private static Map<String, RepVGGConfiguration> configurations() {
    List<Integer> a = List.of(2, 4, 14, 1);
    List<Integer> b = List.of(4, 6, 16, 1);
    List<Integer> b1 = List.of(128, 256, 512, 2048);
    List<Integer> b2 = List.of(160, 320, 640, 2560);
    List<Integer> b3 = List.of(192, 384, 768, 2560);
    Map<String, RepVGGConfiguration> all = new LinkedHashMap<>();
    all.put("repvgg_a0", imageNet(48, a, List.of(48, 96, 192, 1280), 1));
    all.put("repvgg_a1", imageNet(64, a, List.of(64, 128, 256, 1280), 1));
    all.put("repvgg_a2", imageNet(64, a, List.of(96, 192, 384, 1408), 1));
    all.put("repvgg_b0", imageNet(64, b, List.of(64, 128, 256, 1280), 1));
    all.put("repvgg_b1", imageNet(64, b, b1, 1));
    all.put("repvgg_b1g4", imageNet(64, b, b1, 4));
    all.put("repvgg_b2", imageNet(64, b, b2, 1));
    all.put("repvgg_b2g4", imageNet(64, b, b2, 4));
    all.put("repvgg_b3", imageNet(64, b, b3, 1));
    all.put("repvgg_b3g4", imageNet(64, b, b3, 4));
    all.put(
        "repvgg_demo",
        new RepVGGConfiguration(
            new BranchedSettings(1, 10, 28, 28, 24, List.of(2, 2), List.of(48, 96), Naming.TIMM),
            1));
    return Collections.unmodifiableMap(all);
  }

  private static RepVGGConfiguration imageNet(
      int stem, List<Integer> blocks, List<Integer> channels, int groups) {
    return new RepVGGConfiguration(BranchedSettings.imageNet(stem, blocks, channels), groups);
  }
}
