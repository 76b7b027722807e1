package org.repfold.zoo;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Networks of one kind, as one paper and its official PyTorch code describe them. */
public interface Family {

  /** Its name in configuration files, such as {@code repmlpnet}. */
  String name();

  /** Its name in text, such as RepMLPNet. */
  String title();

  /** Where it is described: venue and arXiv number. */
  String paper();

  /** The class of its configurations. */
  Class<? extends NetworkConfiguration> configurationType();

  /** Published configurations, and a small one for demonstrations, by name. */
  Map<String, NetworkConfiguration> configurations();

  /** How its official code draws initial weights. */
  WeightInitializer weights();

  /**
   * The rate of stochastic depth that the paper trains a published network with; 0 where none is
   * known.
   */
  default double dropPath(String network) {
    return 0;
  }

  /**
   * The folds that lead from the train form to the official deploy form; empty where the official
   * code has none.
   */
  List<FoldRule> officialFolds();

  /**
   * Whether tensors of these names and shapes may be a network's, in any form, even if some are
   * missing.
   */
  boolean knows(Map<String, Shape> tensors);

  /** The form that tensors of these names are of. */
  Form formOf(Set<String> tensors);

  /**
   * The same network, its modules named as those of the tensors, where several codes name them
   * differently.
   */
  default NetworkConfiguration named(NetworkConfiguration network, Set<String> tensors) {
    return network;
  }

  /**
   * The tensors under the names, and in the shapes, that they have here; empty where they are not
   * those of another code of the family.
   */
  default Optional<Map<String, Tensor>> translated(Map<String, Tensor> tensors) {
    return Optional.empty();
  }

  /**
   * The network that tensors are of, told from their names and shapes.
   *
   * @param tensors of names that the family {@linkplain #knows}
   * @param image the input's shape {@code [N, C, H, W]}, where it is known
   * @throws org.repfold.graph.BadInputException if they are of no network of the family, or of
   *     several, listing them
   */
  Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image);

  /**
   * A network, told from its tensors.
   *
   * @param name a published one, or in words
   * @param configuration what determines it
   * @param reason why it is this one, in one sentence
   */
  record Guess(String name, NetworkConfiguration configuration, String reason) {}
}
