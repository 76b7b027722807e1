package org.repfold.zoo.branched;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.Naming;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.PublishedFamily;

/**
 * A family of networks of {@link BranchedConvolution}s, with timm's names or those of the official
 * code.
 *
 * @param <C> the class of its configurations
 */
public abstract class BranchedFamily<C extends BranchedConfiguration<C>>
    extends PublishedFamily<C> {
  private final Function<Naming, ModuleNames> modules;

  /**
   * A family; see the methods of {@link org.repfold.zoo.Family} that go by the same names.
   *
   * @param type the class of its configurations
   * @param modules what either code calls the modules
   */
  protected BranchedFamily(
      String name,
      String title,
      String paper,
      Class<C> type,
      Map<String, C> configurations,
      Function<Naming, ModuleNames> modules) {
    super(name, title, paper, type, configurations);
    this.modules = modules;
  }

  /** The network of these tensors, as in {@link BlockTensors#settings}. */
  protected abstract C configuration(BlockTensors tensors, Naming names);

  /** What tensors of a form say of a network. */
  protected C seen(C network, Form form) {
    return network;
  }

  /** The code whose names tensors have. */
  protected final Optional<Naming> namingOf(Set<String> tensors) {
    return Arrays.stream(Naming.values())
        .filter(names -> modules.apply(names).areOf(tensors))
        .findFirst();
  }

  private List<ModuleNames> allModules() {
    return Arrays.stream(Naming.values()).map(modules).toList();
  }

  @Override
  public final List<FoldRule> officialFolds() {
    return BranchedNetwork.officialFolds(allModules());
  }

  @Override
  public final Form formOf(Set<String> tensors) {
    return BlockTensors.formOf(tensors, allModules());
  }

  @Override
  public final NetworkConfiguration named(NetworkConfiguration network, Set<String> tensors) {
    C net = configurationType().cast(network);
    return namingOf(tensors).map(net::named).orElse(net);
  }

  /** The known network that tensors are of, on images of any size, or a custom one. */
  @Override
  public final Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    Naming names = namingOf(tensors.keySet()).orElseThrow();
    C found = configuration(new BlockTensors(tensors, modules.apply(names), form), names);
    Map<String, C> same = new LinkedHashMap<>();
    configurations()
        .forEach(
            (name, configuration) -> {
              C net = configurationType().cast(configuration).named(names);
              if (found.on(1, 1).equals(seen(net, form).on(1, 1))) {
                same.put(name, net);
              }
            });
    String shapes = "it has just these shapes: " + found.describe();
    for (Map.Entry<String, C> known : same.entrySet()) {
      if (known.getValue().isOn(image)) {
        return new Guess(known.getKey(), known.getValue(), shapes);
      }
    }
    int usual = BranchedSettings.USUAL_SIZE;
    int height = image.map(shape -> (int) shape.dimension(2)).orElse(usual);
    int width = image.map(shape -> (int) shape.dimension(3)).orElse(usual);
    String size = "%dx%d".formatted(height, width);
    if (!same.isEmpty()) {
      Map.Entry<String, C> known = same.entrySet().iterator().next();
      return new Guess(
          known.getKey() + " for images of " + size, known.getValue().on(height, width), shapes);
    }
    return new Guess(
        "a custom " + title(),
        found.on(height, width),
        image.isPresent()
            ? found.describe()
            : found.describe()
                + "; images are taken to be "
                + size
                + ", of which the tensors say nothing: --arch net.json may state them");
  }
}
