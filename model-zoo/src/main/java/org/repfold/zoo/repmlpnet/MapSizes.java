package org.repfold.zoo.repmlpnet;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the tensors of a RepMLPNet leave open: how large its images are, and how high and wide the
 * partitions of each stage.
 */
record MapSizes(int imageHeight, int imageWidth, List<Integer> heights, List<Integer> widths) {
  private static final int MOST_CANDIDATES = 64;

  /** How many image sizes are given where any multiple of one fits. */
  private static final int MULTIPLES = 3;

  MapSizes {
    heights = List.copyOf(heights);
    widths = List.copyOf(widths);
  }

  /** Whether all maps are one partition, as high as wide. */
  boolean isSquareAndWhole(RepMLPNetTraits traits) {
    return heights.equals(widths)
        && (long) heights.get(0) * traits.patchHeight() == imageHeight
        && (long) widths.get(0) * traits.patchWidth() == imageWidth;
  }

  /** As a person would say it. */
  String describe() {
    return "images of %dx%d with partitions %s"
        .formatted(
            imageHeight,
            imageWidth,
            String.join(
                ", ",
                IntStream.range(0, heights.size())
                    .mapToObj(s -> heights.get(s) + "x" + widths.get(s))
                    .toList()));
  }

  /**
   * The sizes that fit, likely ones first: maps that are one partition each; where the stages'
   * positions rule that out, square partitions of the smallest images.
   */
  static List<MapSizes> of(RepMLPNetTraits traits) {
    List<MapSizes> whole = wholeMaps(traits);
    return whole.isEmpty() ? squarePartitions(traits) : whole;
  }

  /** The sizes that fit images of a given size. */
  static List<MapSizes> of(RepMLPNetTraits traits, int imageHeight, int imageWidth) {
    List<MapSizes> sizes = List.of(new MapSizes(imageHeight, imageWidth, List.of(), List.of()));
    for (int stage = 0; stage < traits.positions().size(); stage++) {
      long stepHeight = (long) traits.patchHeight() << stage;
      long stepWidth = (long) traits.patchWidth() << stage;
      if (imageHeight % stepHeight != 0 || imageWidth % stepWidth != 0) {
        return List.of();
      }
      List<MapSizes> longer = new ArrayList<>();
      for (MapSizes begun : sizes) {
        for (int height : divisors(traits.positions().get(stage))) {
          int width = traits.positions().get(stage) / height;
          if (imageHeight / stepHeight % height == 0
              && imageWidth / stepWidth % width == 0
              && longer.size() < MOST_CANDIDATES) {
            longer.add(begun.and(height, width));
          }
        }
      }
      sizes = longer;
    }
    return sizes;
  }

  private static List<MapSizes> wholeMaps(RepMLPNetTraits traits) {
    List<Integer> positions = traits.positions();
    int stages = positions.size();
    boolean areMaps =
        stages > 0
            && stages <= Integer.SIZE / 2
            && IntStream.range(0, stages)
                .allMatch(s -> (long) positions.get(s) << 2 * s == positions.get(0));
    List<MapSizes> sizes = new ArrayList<>();
    for (int height : areMaps ? divisors(positions.get(0)) : List.<Integer>of()) {
      int width = positions.get(0) / height;
      int step = 1 << stages - 1;
      if (height % step == 0 && width % step == 0) {
        sizes.add(
            new MapSizes(
                height * traits.patchHeight(),
                width * traits.patchWidth(),
                IntStream.range(0, stages).mapToObj(s -> height >> s).toList(),
                IntStream.range(0, stages).mapToObj(s -> width >> s).toList()));
      }
    }
    return sizes;
  }

  private static List<MapSizes> squarePartitions(RepMLPNetTraits traits) {
    List<Integer> sides =
        traits.positions().stream().map(positions -> (int) Math.sqrt(positions)).toList();
    if (IntStream.range(0, sides.size())
        .anyMatch(s -> sides.get(s) * sides.get(s) != traits.positions().get(s))) {
      return List.of();
    }
    long side = 1;
    for (int stage = 0; stage < sides.size(); stage++) {
      side = leastCommonMultiple(side, (long) sides.get(stage) << stage);
    }
    List<MapSizes> sizes = new ArrayList<>();
    for (int multiple = 1; multiple <= MULTIPLES; multiple++) {
      long height = multiple * side * traits.patchHeight();
      long width = multiple * side * traits.patchWidth();
      if (Math.max(height, width) <= Short.MAX_VALUE) {
        sizes.add(new MapSizes((int) height, (int) width, sides, sides));
      }
    }
    return sizes;
  }

  private MapSizes and(int height, int width) {
    List<Integer> longerHeights = new ArrayList<>(heights);
    List<Integer> longerWidths = new ArrayList<>(widths);
    longerHeights.add(height);
    longerWidths.add(width);
    return new MapSizes(imageHeight, imageWidth, longerHeights, longerWidths);
  }

  private static List<Integer> divisors(int number) {
    return IntStream.rangeClosed(1, number).filter(d -> number % d == 0).boxed().toList();
  }

  /** Capped far above any image, so that no product overflows. */
  private static long leastCommonMultiple(long a, long b) {
    long x = a;
    long y = b;
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return Math.min(a / x * b, Integer.MAX_VALUE);
  }
}
