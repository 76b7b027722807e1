package org.repfold.zoo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A family that is described by what its constructor states.
 *
 * @param <C> the class of its configurations
 */
public abstract class PublishedFamily<C extends NetworkConfiguration> implements Family {
  private final String name;
  private final String title;
  private final String paper;
  private final Class<C> type;
  private final Map<String, NetworkConfiguration> configurations;

  /**
   * A family; see the methods of {@link Family} that go by the same names.
   *
   * @param type the class of its configurations
   */
  protected PublishedFamily(
      String name, String title, String paper, Class<C> type, Map<String, C> configurations) {
    this.name = name;
    this.title = title;
    this.paper = paper;
    this.type = type;
    this.configurations = Collections.unmodifiableMap(new LinkedHashMap<>(configurations));
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String title() {
    return title;
  }

  @Override
  public final String paper() {
    return paper;
  }

  @Override
  public final Class<C> configurationType() {
    return type;
  }

  @Override
  public final Map<String, NetworkConfiguration> configurations() {
    return configurations;
  }
}
