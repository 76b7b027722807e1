package org.repfold.zoo.repmlp;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;

/**
 * One RepMLP block (arXiv 2105.01883, section 3), from a map {@code [N, inChannels, mapHeight,
 * mapWidth]} to one of {@code outChannels} of the same size. The map is split into partitions of
 * {@code height x width}; where there are several, a Global Perceptron adds to each what it makes
 * of all.
 *
 * @param inChannels channels of the input
 * @param outChannels channels of the output
 * @param mapHeight height of the map, a multiple of {@code height}
 * @param mapWidth width of the map, a multiple of {@code width}
 * @param height height of a partition
 * @param width width of a partition
 * @param groups of FC3 and of the Local Perceptron's convolutions; they divide both numbers of
 *     channels
 * @param kernels odd sizes of the Local Perceptron's convolutions; may be empty
 * @param reduce by what the Global Perceptron divides its neurons inside
 */
public record RepMLPBlockConfiguration(
    int inChannels,
    int outChannels,
    int mapHeight,
    int mapWidth,
    int height,
    int width,
    int groups,
    List<Integer> kernels,
    int reduce) {

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public RepMLPBlockConfiguration {
    kernels = List.copyOf(kernels);
    positive("inChannels", inChannels);
    positive("outChannels", outChannels);
    positive("height", height);
    positive("width", width);
    positive("groups", groups);
    positive("reduce", reduce);
    require(
        inChannels % groups == 0 && outChannels % groups == 0,
        "groups must divide the RepMLP block's channels, found %d groups, %d channels in and %d out",
        groups,
        inChannels,
        outChannels);
    requireOddDistinct(kernels);
    requirePartitions("height", mapHeight, height);
    requirePartitions("width", mapWidth, width);
    double area = (double) height * width;
    requireOneArray("FC3", outChannels * area, inChannels * area / groups);
    if (mapHeight != height || mapWidth != width) {
      double features = inChannels * ((double) (mapHeight / height) * (mapWidth / width));
      requireOneArray("the Global Perceptron", features, Math.floor(features / reduce));
    }
  }

  /** Bounds what a configuration can ask for; exact below the bound. */
  private static void requireOneArray(String what, double rows, double columns) {
    require(
        columns >= 1 && rows * columns <= Integer.MAX_VALUE,
        "expected weights of %s that one array holds, found %.0f x %.0f",
        what,
        rows,
        columns);
  }

  static void requireOddDistinct(List<Integer> kernels) {
    for (int kernel : kernels) {
      require(
          kernel > 0 && kernel % 2 == 1, "kernels: expected odd positive sizes, found %d", kernel);
    }
    require(
        kernels.stream().distinct().count() == kernels.size(),
        "kernels: expected distinct sizes, found %s",
        kernels);
  }

  private static void requirePartitions(String axis, int map, int partition) {
    require(
        map > 0 && map % partition == 0,
        "%s: expected a divisor of the map's %s %d, found %d",
        axis,
        axis,
        map,
        partition);
  }

  /**
   * A form of the block alone as a DL4J configuration with one input and one output: nothing is
   * allocated.
   */
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    return RepMLPBlock.configuration(this, form, options);
  }

  /** Whether there are several partitions, so that they need to know of each other. */
  public boolean hasGlobalPerceptron() {
    return mapHeight != height || mapWidth != width;
  }

  /** Partitions from top to bottom. */
  int partitionRows() {
    return mapHeight / height;
  }

  /** Partitions from left to right. */
  int partitionColumns() {
    return mapWidth / width;
  }

  /** Values of the Global Perceptron's vectors: one for each channel and partition. */
  int globalFeatures() {
    return inChannels * partitionRows() * partitionColumns();
  }
}
