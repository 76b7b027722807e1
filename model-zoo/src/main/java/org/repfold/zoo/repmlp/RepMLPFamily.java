package org.repfold.zoo.repmlp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.PublishedFamily;
import org.repfold.zoo.WeightInitializer;

/** RepMLP, the first of its kind (arXiv 2105.01883), in ResNets. */
public final class RepMLPFamily extends PublishedFamily<RepMLPResNetConfiguration> {
  static final String NAME = "repmlp";

  private static final Pattern BLOCK = Pattern.compile("(light|btnk)_repmlp\\.");
  private static final Pattern TRAIN_ONLY =
      Pattern.compile("\\.bn\\.|\\.fc3_bn\\.|_repmlp\\.repconv");

  public RepMLPFamily() {
    super(
        NAME,
        "RepMLP",
        "RepMLP, arXiv:2105.01883",
        RepMLPResNetConfiguration.class,
        RepMLPResNets.all());
  }

  @Override
  public WeightInitializer weights() {
    return WeightInitializer.PYTORCH;
  }

  @Override
  public List<FoldRule> officialFolds() {
    return RepMLPResNet.officialFolds();
  }

  @Override
  public boolean knows(Map<String, Shape> tensors) {
    return tensors.keySet().stream().anyMatch(name -> BLOCK.matcher(name).find());
  }

  /** The deploy form is known by FC3's bias, unless something of the train form is there too. */
  @Override
  public Form formOf(Set<String> tensors) {
    boolean hasBias = tensors.stream().anyMatch(name -> name.endsWith("_repmlp.fc3.bias"));
    boolean hasBranches = tensors.stream().anyMatch(name -> TRAIN_ONLY.matcher(name).find());
    return hasBias && !hasBranches ? Form.DEPLOY : Form.TRAIN;
  }

  @Override
  public Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    return RepMLPGuess.of(tensors, form, image);
  }
}
