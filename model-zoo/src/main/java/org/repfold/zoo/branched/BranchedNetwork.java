package org.repfold.zoo.branched;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.converter.fold.rules.ParallelConvs;
import org.repfold.converter.fold.rules.ParallelIdentity;
import org.repfold.converter.fold.rules.Rename;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;
import org.repfold.zoo.NetworkConfiguration;

/**
 * A chain of {@link BranchedConvolution}s, the mean over the map, and a dense layer that gives
 * logits.
 *
 * @param stem the first block
 * @param stages all others
 */
public record BranchedNetwork(BranchedConvolution stem, List<List<BranchedConvolution>> stages) {
  private static final String INPUT = "input";

  public BranchedNetwork {
    stages = stages.stream().map(List::copyOf).toList();
  }

  /** A form of the network as a DL4J configuration, its vertices with these names. */
  public ComputationGraphConfiguration configuration(
      NetworkConfiguration net, ModuleNames names, Form form, GraphOptions options) {
    NetworkBuilder graph =
        new NetworkBuilder(options, INPUT, net.inChannels(), net.imageHeight(), net.imageWidth());
    String x = stem.addTo(graph, names, names.stem() + ".", INPUT, form, 0);
    int channels = stem.out();
    double last = Math.max(1, stages.stream().mapToInt(List::size).sum() - 1);
    int done = 0;
    for (int stage = 0; stage < stages.size(); stage++) {
      for (int index = 0; index < stages.get(stage).size(); index++) {
        BranchedConvolution block = stages.get(stage).get(index);
        String prefix = names.block(stage, index) + ".";
        x = block.addTo(graph, names, prefix, x, form, done++ / last);
        channels = block.out();
      }
    }
    x = graph.globalAveragePool("pool", x, true);
    return graph.build(graph.classifier(names.classifier(), x, channels, net.classes()));
  }

  /** The folds that lead to the official deploy form, whichever of these names the modules have. */
  public static List<FoldRule> officialFolds(List<ModuleNames> names) {
    return Stream.concat(
            Stream.of(new ConvBatchNorm(), new ParallelConvs(), new ParallelIdentity()),
            names.stream().map(modules -> new Rename(modules::deployed)))
        .toList();
  }
}
