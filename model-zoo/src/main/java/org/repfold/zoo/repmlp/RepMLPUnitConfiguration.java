package org.repfold.zoo.repmlp;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;

/**
 * A residual unit around a RepMLP block, from a map {@code [N, inChannels, H, W]} to {@code [N,
 * outChannels, H, W]}. Where the two numbers of channels differ, a 1 x 1 convolution is the
 * shortcut.
 *
 * @param kind what stands around the block
 * @param inChannels channels of the input
 * @param middleChannels channels inside the unit; the block's own in a light unit
 * @param outChannels channels of the output
 * @param block the block, with as many channels in as out
 */
public record RepMLPUnitConfiguration(
    UnitKind kind,
    int inChannels,
    int middleChannels,
    int outChannels,
    RepMLPBlockConfiguration block) {

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public RepMLPUnitConfiguration {
    Objects.requireNonNull(kind, "kind");
    positive("inChannels", inChannels);
    positive("middleChannels", middleChannels);
    positive("outChannels", outChannels);
    require(
        block.inChannels() == block.outChannels(),
        "block: expected as many channels in as out, found %d and %d",
        block.inChannels(),
        block.outChannels());
    require(
        kind != UnitKind.LIGHT || block.inChannels() == middleChannels,
        "block: expected the light unit's %d channels, found %d",
        middleChannels,
        block.inChannels());
  }

  /**
   * A form of the unit alone as a DL4J configuration with one input and one output: nothing is
   * allocated.
   */
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    return RepMLPResNet.configuration(this, form, options);
  }
}
