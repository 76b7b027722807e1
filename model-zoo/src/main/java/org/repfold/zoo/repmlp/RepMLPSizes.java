package org.repfold.zoo.repmlp;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the tensors of a ResNet with RepMLP leave open: by how much its stem makes the map smaller,
 * how large its images are, and how high and wide a partition.
 */
record RepMLPSizes(
    int stemStride, boolean stemPool, int imageHeight, int imageWidth, int height, int width) {
  private static final int LARGEST_IMAGE = Short.MAX_VALUE;
  private static final int RESNET_STEM_KERNEL = 7;
  private static final int RESNET_STEM_STRIDE = 2;

  /**
   * Whether the partitions are square, and the stem ResNet's own where it has that one's kernel.
   */
  boolean isUsual(RepMLPTraits traits) {
    boolean isResNetStem = stemStride == RESNET_STEM_STRIDE && stemPool;
    return height == width && (traits.stemKernel() != RESNET_STEM_KERNEL || isResNetStem);
  }

  boolean isSquare() {
    return imageHeight == imageWidth;
  }

  /** As a person would say it. */
  String describe() {
    return "images of %dx%d with partitions of %dx%d and a stem of stride %d%s"
        .formatted(
            imageHeight,
            imageWidth,
            height,
            width,
            stemStride,
            stemPool ? " with a pool" : " without a pool");
  }

  /** The sizes that fit images of a given size. */
  static List<RepMLPSizes> of(RepMLPTraits traits, int imageHeight, int imageWidth) {
    return candidates(
        traits,
        (stem, partition) ->
            Stream.of(
                new RepMLPSizes(
                    stem.stride(),
                    stem.pool(),
                    imageHeight,
                    imageWidth,
                    partition.height(),
                    partition.width())));
  }

  /**
   * The sizes that fit, of images of which each step of the stem and the stages takes a whole part.
   */
  static List<RepMLPSizes> of(RepMLPTraits traits) {
    int firstStage = traits.repmlpStages().get(0);
    List<Tile> grids = Tile.of(traits.partitions().get(0));
    return candidates(
        traits,
        (stem, partition) -> {
          long ratio = stem.ratio() << Math.min(firstStage - 1, Short.SIZE);
          return grids.stream()
              .filter(
                  grid ->
                      ratio * partition.height() * grid.height() <= LARGEST_IMAGE
                          && ratio * partition.width() * grid.width() <= LARGEST_IMAGE)
              .map(
                  grid ->
                      new RepMLPSizes(
                          stem.stride(),
                          stem.pool(),
                          (int) ratio * partition.height() * grid.height(),
                          (int) ratio * partition.width() * grid.width(),
                          partition.height(),
                          partition.width()));
        });
  }

  private static List<RepMLPSizes> candidates(
      RepMLPTraits traits, BiFunction<Stem, Tile, Stream<RepMLPSizes>> sizes) {
    List<Tile> partitions = Tile.of(traits.area());
    return Stem.USUAL.stream()
        .flatMap(stem -> partitions.stream().flatMap(partition -> sizes.apply(stem, partition)))
        .filter(candidate -> candidate.fits(traits))
        .toList();
  }

  /** By how much a stem makes the map smaller. */
  private record Stem(int stride, boolean pool) {
    static final List<Stem> USUAL =
        List.of(new Stem(2, true), new Stem(2, false), new Stem(1, true), new Stem(1, false));

    long ratio() {
      return pool ? 2L * stride : stride;
    }
  }

  /** A rectangle of a given area. */
  private record Tile(int height, int width) {
    static List<Tile> of(int area) {
      return IntStream.rangeClosed(1, Math.min(area, LARGEST_IMAGE))
          .filter(height -> area % height == 0)
          .mapToObj(height -> new Tile(height, area / height))
          .toList();
    }
  }

  private boolean fits(RepMLPTraits traits) {
    return IntStream.range(0, traits.repmlpStages().size())
        .allMatch(
            i -> {
              int stage = traits.repmlpStages().get(i);
              int rows =
                  RepMLPResNetConfiguration.mapSize(imageHeight, stemStride, stemPool, stage);
              int columns =
                  RepMLPResNetConfiguration.mapSize(imageWidth, stemStride, stemPool, stage);
              return rows % height == 0
                  && columns % width == 0
                  && (long) (rows / height) * (columns / width) == traits.partitions().get(i);
            });
  }
}
