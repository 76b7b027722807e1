package org.repfold.zoo.catalog;

import org.repfold.zoo.repmlpnet.RepMLPBlockConfiguration;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;

/**
 * How large one form of a RepMLPNet is.
 *
 * @param parameters trainable parameters of the train form (running statistics are not counted); of
 *     the deploy form all that its file holds
 * @param flops two for each multiply-add of convolutions and dense layers, for one image
 */
public record FormSize(long parameters, long flops) {
  private static final int FFN_EXPANSION = 4;

  /** The train form. */
  public static FormSize train(RepMLPNetConfiguration net) {
    FormSize size = convolution(net.inChannels(), net.channels().get(0), patch(net), map(net, 0));
    size = size.plus(batchNorm(net.channels().get(0)));
    for (int stage = 0; stage < net.stages(); stage++) {
      int channels = net.channels().get(stage);
      size = size.plus(trainUnit(net, stage).times(net.blocks().get(stage)));
      if (stage + 1 < net.stages()) {
        int next = net.channels().get(stage + 1);
        size = size.plus(convolution(channels, next, 4, map(net, stage + 1))).plus(batchNorm(next));
      }
    }
    int last = net.channels().get(net.stages() - 1);
    return size.plus(batchNorm(last)).plus(dense(last, net.classes(), 1));
  }

  /** The deploy form that folding gives. */
  public static FormSize deploy(RepMLPNetConfiguration net) {
    int first = net.channels().get(0);
    FormSize size = convolution(net.inChannels(), first, patch(net), map(net, 0)).plus(bias(first));
    for (int stage = 0; stage < net.stages(); stage++) {
      int channels = net.channels().get(stage);
      size = size.plus(deployUnit(net, stage).times(net.blocks().get(stage)));
      if (stage + 1 < net.stages()) {
        int next = net.channels().get(stage + 1);
        size = size.plus(convolution(channels, next, 4, map(net, stage + 1))).plus(bias(next));
      }
    }
    return size.plus(dense(net.channels().get(net.stages() - 1), net.classes(), 1));
  }

  private static FormSize trainUnit(RepMLPNetConfiguration net, int stage) {
    RepMLPBlockConfiguration block = net.block(stage);
    long channels = block.channels();
    long hidden = FFN_EXPANSION * channels;
    long map = map(net, stage);
    FormSize size =
        batchNorm(channels).times(2).plus(perceptron(block)).plus(fullyConnected(block));
    size = size.plus(batchNorm(block.shareSets()));
    for (int kernel : block.kernels()) {
      long taps = (long) kernel * kernel;
      size =
          size.plus(new FormSize(block.shareSets() * taps, 2 * channels * map * taps))
              .plus(batchNorm(block.shareSets()));
    }
    return size.plus(convolution(channels, hidden, 1, map))
        .plus(batchNorm(hidden))
        .plus(convolution(hidden, channels, 1, map))
        .plus(batchNorm(channels));
  }

  private static FormSize deployUnit(RepMLPNetConfiguration net, int stage) {
    RepMLPBlockConfiguration block = net.block(stage);
    long channels = block.channels();
    long hidden = FFN_EXPANSION * channels;
    long map = map(net, stage);
    return perceptron(block)
        .plus(fullyConnected(block))
        .plus(bias(preNorm(block, map)))
        .plus(convolution(channels, hidden, 1, map))
        .plus(bias(hidden))
        .plus(convolution(hidden, channels, 1, map))
        .plus(bias(channels));
  }

  /**
   * What is left of FC3's BatchNorms: a bias where each channel has weights of its own, else a
   * scale and a bias map.
   */
  private static long preNorm(RepMLPBlockConfiguration block, long map) {
    long positions = (long) block.height() * block.width();
    if (block.shareSets() == block.channels()) {
      return block.channels() * positions;
    }
    long scale = positions == map ? block.channels() : block.channels() * map;
    return scale + block.channels() * map;
  }

  private static FormSize perceptron(RepMLPBlockConfiguration block) {
    int internal = block.channels() / block.reduce();
    return dense(block.channels(), internal, 1).plus(dense(internal, block.channels(), 1));
  }

  /** FC3 without bias, over all partitions. */
  private static FormSize fullyConnected(RepMLPBlockConfiguration block) {
    long size = (long) block.height() * block.width();
    long rows = (long) block.channels() * block.mapHeight() * block.mapWidth() / size;
    return new FormSize(block.shareSets() * size * size, 2 * rows * size * size);
  }

  private static FormSize convolution(long in, long out, long taps, long map) {
    return new FormSize(in * out * taps, 2 * in * out * taps * map);
  }

  private static FormSize dense(long in, long out, long rows) {
    return new FormSize(in * out + out, 2 * rows * in * out);
  }

  private static FormSize batchNorm(long channels) {
    return new FormSize(2 * channels, 0);
  }

  private static FormSize bias(long channels) {
    return new FormSize(channels, 0);
  }

  private static long patch(RepMLPNetConfiguration net) {
    return (long) net.patchHeight() * net.patchWidth();
  }

  private static long map(RepMLPNetConfiguration net, int stage) {
    return (long) net.mapHeight(stage) * net.mapWidth(stage);
  }

  private FormSize plus(FormSize other) {
    return new FormSize(parameters + other.parameters, flops + other.flops);
  }

  private FormSize times(int count) {
    return new FormSize(count * parameters, count * flops);
  }
}
