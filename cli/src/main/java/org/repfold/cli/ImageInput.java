package org.repfold.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

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

  private static BufferedImage image(Path file, int height, int width) {
    BufferedImage image;
    try {
      image = ImageIO.read(file.toFile());
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (image == null) {
      throw new BadInputException(file + ": expected a .npy file or an image, found neither");
    }
    if (image.getHeight() != height || image.getWidth() != width) {
      throw new BadInputException(
          file
              + ": expected an image of "
              + width
              + "x"
              + height
              + ", found "
              + image.getWidth()
              + "x"
              + image.getHeight());
    }
    return image;
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
