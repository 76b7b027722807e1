package org.repfold.zoo.mobileone;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.zoo.Naming;
import org.repfold.zoo.branched.BranchedSettings;

/**
 * MobileOne configurations by timm's names, for ImageNet, and {@code mobileone_demo}, small enough
 * to train on a laptop's CPU in minutes.
 */
final class MobileOnes {
  private static final Map<String, MobileOneConfiguration> CONFIGURATIONS = configurations();

  private MobileOnes() {}

  /** All configurations, the published ones first. */
  static Map<String, MobileOneConfiguration> all() {
    return CONFIGURATIONS;
  }

  private static Map<String, MobileOneConfiguration> configurations() {
    Map<String, MobileOneConfiguration> all = new LinkedHashMap<>();
    all.put("mobileone_s0", imageNet(48, List.of(48, 128, 256, 1024), 4));
    all.put("mobileone_s1", imageNet(64, List.of(96, 192, 512, 1280), 1));
    all.put("mobileone_s2", imageNet(64, List.of(96, 256, 640, 2048), 1));
    all.put("mobileone_s3", imageNet(64, List.of(128, 320, 768, 2048), 1));
    all.put(
        "mobileone_demo",
        new MobileOneConfiguration(
            new BranchedSettings(1, 10, 28, 28, 32, List.of(2, 1), List.of(64, 128), Naming.TIMM),
            2));
    return Collections.unmodifiableMap(all);
  }

  private static MobileOneConfiguration imageNet(int stem, List<Integer> channels, int branches) {
    return new MobileOneConfiguration(
        BranchedSettings.imageNet(stem, List.of(2, 8, 10, 1), channels), branches);
  }
}
