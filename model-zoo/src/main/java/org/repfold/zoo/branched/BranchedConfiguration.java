package org.repfold.zoo.branched;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Naming;
import org.repfold.zoo.NetworkConfiguration;

/**
 * What determines a network of {@link BranchedConvolution}s. Its tensors fit images of any size,
 * and so do not say what size it is for.
 *
 * @param <C> the class itself
 */
public interface BranchedConfiguration<C extends BranchedConfiguration<C>>
    extends NetworkConfiguration {

  /** What all such networks have; in JSON its components stand beside the others. */
  BranchedSettings settings();

  /** The same network with other settings of those that all have. */
  C with(BranchedSettings settings);

  /** Its convolutions. */
  BranchedNetwork network();

  /** What its modules are called. */
  ModuleNames modules();

  /** What the tensors say of it, in words. */
  String describe();

  /** The same network on images of another size. */
  default C on(int height, int width) {
    return with(settings().on(height, width));
  }

  /** The same network, its modules called otherwise. */
  default C named(Naming names) {
    return with(settings().named(names));
  }

  @Override
  default int inChannels() {
    return settings().inChannels();
  }

  @Override
  default int classes() {
    return settings().classes();
  }

  @Override
  default int imageHeight() {
    return settings().imageHeight();
  }

  @Override
  default int imageWidth() {
    return settings().imageWidth();
  }

  @Override
  default List<Integer> blocks() {
    return settings().blocks();
  }

  @Override
  default C withBlocks(List<Integer> blocks) {
    return with(settings().withBlocks(blocks));
  }

  @Override
  default ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    return network().configuration(this, modules(), form, options);
  }
}
