package org.repfold.zoo.repmlpnet;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.BadInputException;

/**
 * RepMLPNet configurations by name: the six of the paper's official code, for ImageNet, and {@code
 * repmlpnet_demo}, small enough to train on a laptop's CPU in minutes.
 */
public final class RepMLPNets {
  private static final Map<String, RepMLPNetConfiguration> CONFIGURATIONS = configurations();

  private RepMLPNets() {}

  /** All configurations, the published ones first. */
  public static Map<String, RepMLPNetConfiguration> all() {
    return CONFIGURATIONS;
  }

  /**
   * The configuration of the given name.
   *
   * @throws BadInputException listing the known names
   */
  public static RepMLPNetConfiguration named(String name) {
    RepMLPNetConfiguration configuration = CONFIGURATIONS.get(name);
    if (configuration == null) {
      throw new BadInputException(
          "unknown architecture %s; known: %s"
              .formatted(name, String.join(", ", CONFIGURATIONS.keySet())));
    }
    return configuration;
  }

  private static Map<String, RepMLPNetConfiguration> configurations() {
    List<Integer> narrow = List.of(64, 128, 256, 512);
    List<Integer> wide = List.of(96, 192, 384, 768);
    Map<String, RepMLPNetConfiguration> all = new LinkedHashMap<>();
    all.put("repmlpnet_t224", imageNet(224, 6, narrow, List.of(1, 4, 16, 128)));
    all.put("repmlpnet_b224", imageNet(224, 12, wide, List.of(1, 4, 32, 128)));
    all.put("repmlpnet_t256", imageNet(256, 6, narrow, List.of(1, 4, 16, 128)));
    all.put("repmlpnet_b256", imageNet(256, 12, wide, List.of(1, 4, 32, 128)));
    all.put(
        "repmlpnet_d256", imageNet(256, 18, List.of(80, 160, 320, 640), List.of(1, 4, 16, 128)));
    all.put("repmlpnet_l256", imageNet(256, 18, wide, List.of(1, 4, 32, 256)));
    all.put(
        "repmlpnet_demo",
        new RepMLPNetConfiguration(
            1,
            10,
            28,
            28,
            2,
            2,
            List.of(1, 2),
            List.of(32, 64),
            List.of(14, 7),
            List.of(14, 7),
            List.of(4, 16),
            List.of(1, 3),
            4));
    return Collections.unmodifiableMap(all);
  }

  private static RepMLPNetConfiguration imageNet(
      int image, int thirdStageBlocks, List<Integer> channels, List<Integer> shareSets) {
    List<Integer> maps = List.of(image / 4, image / 8, image / 16, image / 32);
    return new RepMLPNetConfiguration(
        3,
        1000,
        image,
        image,
        4,
        4,
        List.of(2, 2, thirdStageBlocks, 2),
        channels,
        maps,
        maps,
        shareSets,
        List.of(1, 3),
        4);
  }
}
