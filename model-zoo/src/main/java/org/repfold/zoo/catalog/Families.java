package org.repfold.zoo.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Family;
import org.repfold.zoo.cyclemlp.CycleMlpFamily;
import org.repfold.zoo.gmlp.GmlpFamily;
import org.repfold.zoo.mixer.MixerFamily;
import org.repfold.zoo.mobileone.MobileOneFamily;
import org.repfold.zoo.repmlp.RepMLPFamily;
import org.repfold.zoo.repmlpnet.RepMLPNetFamily;
import org.repfold.zoo.repvgg.RepVGGFamily;
import org.repfold.zoo.resmlp.ResMlpFamily;

/** All families of the zoo, and all their networks that have a name. */
public final class Families {
  private static final List<Family> ALL =
      List.of(
          new RepMLPNetFamily(),
          new RepMLPFamily(),
          new MixerFamily(),
          new ResMlpFamily(),
          new GmlpFamily(),
          new CycleMlpFamily(),
          new RepVGGFamily(),
          new MobileOneFamily());
  private static final Map<String, Architecture> NAMED = named();

  private Families() {}

  /** All families. */
  public static List<Family> all() {
    return ALL;
  }

  /** All networks with a name, family by family. */
  public static List<Architecture> architectures() {
    return List.copyOf(NAMED.values());
  }

  /**
   * The network of that name.
   *
   * @throws BadInputException listing the known names
   */
  static Architecture named(String name) {
    Architecture architecture = NAMED.get(name);
    if (architecture == null) {
      throw new BadInputException(
          "unknown architecture %s; known: %s"
              .formatted(name, String.join(", ", new ArrayList<>(NAMED.keySet()))));
    }
    return architecture;
  }

  private static Map<String, Architecture> named() {
    Map<String, Architecture> named = new LinkedHashMap<>();
    for (Family family : ALL) {
      family
          .configurations()
          .forEach(
              (name, configuration) ->
                  named.put(name, new Architecture(name, family, configuration)));
    }
    return named;
  }
}
