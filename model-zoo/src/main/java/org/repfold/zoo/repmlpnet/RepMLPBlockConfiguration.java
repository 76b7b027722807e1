package org.repfold.zoo.repmlpnet;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.repfold.graph.BadInputException;

/**
 * One RepMLP block on a map {@code [N, channels, mapHeight, mapWidth]} that is split into
 * partitions of {@code height x width}.
 *
 * @param channels channels of the map
 * @param mapHeight height of the map, a multiple of {@code height}
 * @param mapWidth width of the map, a multiple of {@code width}
 * @param height height of a partition
 * @param width width of a partition
 * @param shareSets FC3 weight sets; they divide the channels
 * @param kernels odd sizes of the Local Perceptron's convolutions; may be empty
 * @param reduce channel reduction inside the Global Perceptron
 */
public record RepMLPBlockConfiguration(
    int channels,
    int mapHeight,
    int mapWidth,
    int height,
    int width,
    int shareSets,
    List<Integer> kernels,
    int reduce) {

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public RepMLPBlockConfiguration {
    kernels = List.copyOf(kernels);
    positive("channels", channels);
    positive("height", height);
    positive("width", width);
    positive("shareSets", shareSets);
    positive("reduce", reduce);
    require(
        channels % shareSets == 0,
        "shareSets must divide channels, found %d and %d",
        shareSets,
        channels);
    require(channels >= reduce, "reduce %d leaves none of %d channels", reduce, channels);
    require(
        mapHeight > 0 && mapHeight % height == 0,
        "height must divide mapHeight, found %d and %d",
        height,
        mapHeight);
    require(
        mapWidth > 0 && mapWidth % width == 0,
        "width must divide mapWidth, found %d and %d",
        width,
        mapWidth);
  }

  /** Partitions from top to bottom. */
  int partitionRows() {
    return mapHeight / height;
  }

  /** Partitions from left to right. */
  int partitionColumns() {
    return mapWidth / width;
  }
}
