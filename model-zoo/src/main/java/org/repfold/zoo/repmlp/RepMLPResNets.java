package org.repfold.zoo.repmlp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ResNets with RepMLP by name: the two of the official code, for ImageNet, and {@code repmlp_demo},
 * small enough to train on a laptop's CPU in minutes.
 */
public final class RepMLPResNets {
  private static final Map<String, RepMLPResNetConfiguration> CONFIGURATIONS = configurations();

  private RepMLPResNets() {}

  /** All configurations, the published ones first. */
  public static Map<String, RepMLPResNetConfiguration> all() {
    return CONFIGURATIONS;
  }

  private static Map<String, RepMLPResNetConfiguration> configurations() {
    Map<String, RepMLPResNetConfiguration> all = new LinkedHashMap<>();
    all.put("repmlp_res50_light_224", imageNet(UnitKind.LIGHT, List.of(), 4));
    all.put("repmlp_res50_bottleneck_224", imageNet(UnitKind.BOTTLENECK, List.of(2, 4), 8));
    all.put(
        "repmlp_demo",
        new RepMLPResNetConfiguration(
            1,
            10,
            28,
            28,
            32,
            3,
            2,
            false,
            List.of(2, 2),
            List.of(64, 128),
            UnitKind.LIGHT,
            List.of(1, 2),
            List.of(),
            7,
            7,
            4,
            List.of(1, 3),
            2));
    return Collections.unmodifiableMap(all);
  }

  private static RepMLPResNetConfiguration imageNet(
      UnitKind unit, List<Integer> bottleneckReductions, int groups) {
    return new RepMLPResNetConfiguration(
        3,
        1000,
        224,
        224,
        64,
        7,
        2,
        true,
        List.of(3, 4, 6, 3),
        List.of(256, 512, 1024, 2048),
        unit,
        List.of(2, 3),
        bottleneckReductions,
        7,
        7,
        groups,
        List.of(1, 3, 5),
        1);
  }
}
