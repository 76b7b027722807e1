package org.repfold.zoo.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.repfold.graph.BadInputException;

/**
 * Grey images with labels, as bytes.
 *
 * @param count number of images
 * @param height height of an image
 * @param width width of an image
 * @param pixels {@code [count, height, width]}, unsigned
 * @param labels {@code [count]}, unsigned
 */
public record LabelledImages(int count, int height, int width, byte[] pixels, byte[] labels) {

  /**
   * Validates.
   *
   * @throws BadInputException if the arrays do not have the stated sizes
   */
  public LabelledImages {
    if (labels.length != count || pixels.length != (long) count * height * width) {
      throw new BadInputException(
          "expected %d labels and %d pixels, found %d and %d"
              .formatted(count, (long) count * height * width, labels.length, pixels.length));
    }
  }

  /** The training images of a folder in MNIST's naming. */
  public static LabelledImages training(Path folder) throws IOException {
    return load(folder, "train");
  }

  /** The test images of a folder in MNIST's naming. */
  public static LabelledImages test(Path folder) throws IOException {
    return load(folder, "t10k");
  }

  /**
   * Reads {@code PREFIX-images-idx3-ubyte} and {@code PREFIX-labels-idx1-ubyte}, plain or with
   * {@code .gz}.
   *
   * @throws IOException naming the file that is missing or damaged, or whose count differs
   */
  public static LabelledImages load(Path folder, String prefix) throws IOException {
    Path imageFile = find(folder, prefix + "-images-idx3-ubyte");
    Path labelFile = find(folder, prefix + "-labels-idx1-ubyte");
    IdxFile images = IdxFile.read(imageFile, 3);
    IdxFile labels = IdxFile.read(labelFile, 1);
    int count = images.sizes()[0];
    if (labels.sizes()[0] != count) {
      throw new IOException(
          "%s: expected %d labels for the images of %s, found %d"
              .formatted(labelFile, count, imageFile.getFileName(), labels.sizes()[0]));
    }
    return new LabelledImages(
        count, images.sizes()[1], images.sizes()[2], images.values(), labels.values());
  }

  private static Path find(Path folder, String name) throws IOException {
    for (String candidate : new String[] {name + ".gz", name}) {
      Path file = folder.resolve(candidate);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new NoSuchFileException(
        folder.resolve(name + ".gz").toString(), null, "no such IDX file, gzipped or plain");
  }

  /** The label of an image. */
  public int label(int index) {
    return labels[index] & 0xff;
  }

  /** The largest label plus one. */
  public int classes() {
    int classes = 0;
    for (int i = 0; i < count; i++) {
      classes = Math.max(classes, label(i) + 1);
    }
    return classes;
  }

  /** The first images of this set. */
  public LabelledImages first(int size) {
    return new LabelledImages(
        size,
        height,
        width,
        java.util.Arrays.copyOf(pixels, size * height * width),
        java.util.Arrays.copyOf(labels, size));
  }
}
