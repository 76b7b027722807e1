package org.repfold.zoo;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.Shape;

/**
 * Everything that determines a network of one family: a record whose constructor validates, and
 * whose components are those of the JSON object that describes a custom network.
 */
public interface NetworkConfiguration {

  /** Channels of the image. */
  int inChannels();

  /** Height of the image. */
  int imageHeight();

  /** Width of the image. */
  int imageWidth();

  /**
   * Whether it is for images of that size.
   *
   * @param image the input's shape {@code [N, C, H, W]}; where it is not known, any is
   */
  default boolean isOn(Optional<Shape> image) {
    return image.isEmpty()
        || image.get().dimension(2) == imageHeight() && image.get().dimension(3) == imageWidth();
  }

  /** Number of logits. */
  int classes();

  /** The number of blocks in each stage, from the input on. */
  List<Integer> blocks();

  /**
   * The same network with other numbers of blocks.
   *
   * @param blocks one for each stage
   */
  NetworkConfiguration withBlocks(List<Integer> blocks);

  /** How many kinds of blocks take turns behind the first one of a stage, which is another. */
  default int kindsOfBlocks() {
    return 1;
  }

  /**
   * A form of the network as a DL4J configuration: nothing is allocated. Vertices with parameters
   * carry the official names. The input is {@code [N, inChannels, imageHeight, imageWidth]}, the
   * output logits {@code [N, classes]}.
   *
   * @throws org.repfold.graph.BadInputException if the official code has no such form
   */
  ComputationGraphConfiguration graph(Form form, GraphOptions options);
}
