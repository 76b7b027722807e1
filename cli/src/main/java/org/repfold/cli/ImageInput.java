package org.repfold.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.FileFailure;

/** Images as network input: of the network's size, 1 channel (grey) or 3 (red, green, blue). */
final class ImageInput {
  private ImageInput() {}

  /**
   * Reads an image or all images of a folder, in the order of their names.
   *
   * @param network {@code [N, C, H, W]}
   * @return {@code [N, C, H, W]} float32, {@code (pixel / 255 - mean) / deviation}
   * @throws BadInputException if a file is no image or of another size
   */
  static Tensor read(Path path, Shape network, double mean, double deviation) {
    if (network.rank() != 4 || network.dimension(1) != 1 && network.dimension(1) != 3) {
      throw new BadInputException(
          path + ": images fit a network of 1 or 3 channels, found input " + network);
    }
    List<Path> files = files(path);
    if (files.isEmpty()) {
      throw new BadInputException(path + ": expected images, found an empty folder");
    }
    int channels = (int) network.dimension(1);
    int height = (int) network.dimension(2);
    int width = (int) network.dimension(3);
    float[] pixels = new float[Math.multiplyExact(files.size(), channels * height * width)];
    int next = 0;
    for (Path file : files) {
      BufferedImage image = image(file, height, width);
      for (int channel = 0; channel < channels; channel++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            double value = intensity(image.getRGB(x, y), channel, channels);
            pixels[next++] = (float) ((value - mean) / deviation);
          }
        }
      }
    }
    return Tensor.of(Shape.of(files.size(), channels, height, width), pixels);
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> listed = Files.list(path)) {
      return listed.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new BadInputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The size is looked at first: a small file can claim an image that fills the memory. */
  private static BufferedImage image(Path file, int height, int width) {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers =
          in == null ? Collections.emptyIterator() : ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new BadInputException(file + ": expected a .npy file or an image, found neither");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        requireSize(file, reader.getHeight(0), reader.getWidth(0), height, width);
        BufferedImage image = reader.read(0);
        requireSize(file, image.getHeight(), image.getWidth(), height, width);
        return image;
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw FileFailure.cannotRead(file, e);
    } catch (BadInputException e) {
      throw e;
    } catch (RuntimeException e) {
      // The platform's readers check little of what an image says of itself.
      throw new BadInputException(file + ": expected a whole image, found a damaged one", e);
    }
  }

  private static void requireSize(
      Path file, int foundHeight, int foundWidth, int height, int width) {
    if (foundHeight != height || foundWidth != width) {
      throw new BadInputException(
          file
              + ": expected an image of "
              + width
              + "x"
              + height
              + ", found "
              + foundWidth
              + "x"
              + foundHeight);
    }
  }

  /** Of 0 to 1; a single channel is the mean of red, green and blue. */
  private static double intensity(int rgb, int channel, int channels) {
    int red = rgb >> 16 & 0xff;
    int green = rgb >> 8 & 0xff;
    int blue = rgb & 0xff;
    if (channels == 1) {
      return (red + green + blue) / (3 * 255.0);
    }
    return (channel == 0 ? red : channel == 1 ? green : blue) / 255.0;
  }
}
