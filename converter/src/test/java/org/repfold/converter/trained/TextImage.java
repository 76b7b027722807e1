package org.repfold.converter.trained;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.Random;
import org.repfold.graph.Shape;

/**
 * A line of text on a plain ground, drawn: as various as photographs of text lines are in letters,
 * size, slant, pen, colours, tilt and noise. Nothing of the machine is used, neither a display nor
 * fonts: Java2D fills and strokes shapes by itself, and {@link StrokeLetters} are shapes.
 *
 * @param pixels 8-bit RGB
 * @param isUpsideDown whether it is turned by 180 degrees
 */
record TextImage(BufferedImage pixels, boolean isUpsideDown) {
  static {
    System.setProperty("java.awt.headless", "true");
  }

  /** A text of its own for each number, upright where the number is even. */
  static TextImage of(int number) {
    Random random = new Random(7_919L * (number / 2) + 17);
    String text = text(random);
    int height = 28 + random.nextInt(60);
    double letter = height * (0.55 + 0.25 * random.nextDouble());
    double unit = letter / StrokeLetters.HEIGHT;
    double stretch = 0.7 + 0.4 * random.nextDouble();
    double margin = height * 0.25;
    double length = text.length() * StrokeLetters.ADVANCE * unit * stretch;
    int width = (int) Math.ceil(length + 2 * margin);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    boolean isDarkOnLight = random.nextInt(4) > 0;
    pen.setColor(colour(random, isDarkOnLight ? 170 : 0));
    pen.fillRect(0, 0, width, height);
    pen.setColor(colour(random, isDarkOnLight ? 0 : 170));
    AffineTransform place = AffineTransform.getTranslateInstance(margin, (height - letter) / 2);
    place.shear(0.35 * random.nextDouble() - 0.1, 0.02 * random.nextDouble() - 0.01);
    place.scale(unit * stretch, unit);
    pen.setStroke(
        new BasicStroke(
            (float) (unit * (0.6 + 0.7 * random.nextDouble())),
            BasicStroke.CAP_ROUND,
            BasicStroke.JOIN_ROUND));
    pen.draw(place.createTransformedShape(StrokeLetters.path(text)));
    pen.dispose();
    addNoise(image, random);
    boolean isUpsideDown = number % 2 == 1;
    return new TextImage(isUpsideDown ? turned(image) : image, isUpsideDown);
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int length = 4 + random.nextInt(9);
    for (int i = 0; i < length; i++) {
      text.append(StrokeLetters.ALL.charAt(random.nextInt(StrokeLetters.ALL.length())));
    }
    return text.toString();
  }

  private static Color colour(Random random, int darkest) {
    return new Color(
        darkest + random.nextInt(86), darkest + random.nextInt(86), darkest + random.nextInt(86));
  }

  private static void addNoise(BufferedImage image, Random random) {
    double strength = 12 * random.nextDouble();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int noise = (int) Math.round(strength * random.nextGaussian());
        int rgb = image.getRGB(x, y);
        int noisy = 0;
        for (int shift = 0; shift < 24; shift += 8) {
          noisy |= Math.min(255, Math.max(0, (rgb >> shift & 255) + noise)) << shift;
        }
        image.setRGB(x, y, noisy);
      }
    }
  }

  private static BufferedImage turned(BufferedImage image) {
    BufferedImage turned =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        turned.setRGB(image.getWidth() - 1 - x, image.getHeight() - 1 - y, image.getRGB(x, y));
      }
    }
    return turned;
  }

  /**
   * What PaddleOCR makes of a text line: as high as the map and as wide as its own proportions ask,
   * zeros on its right; blue, green and red from -1 to 1.
   *
   * @param map {@code [N, 3, H, W]}
   * @return one sample
   */
  float[] normalised(Shape map) {
    int height = (int) map.dimension(2);
    int width = (int) map.dimension(3);
    double proportion = (double) pixels.getWidth() / pixels.getHeight();
    int filled = (int) Math.min(width, Math.ceil(height * proportion));
    double downStep = (double) pixels.getHeight() / height;
    double acrossStep = (double) pixels.getWidth() / filled;
    float[] values = new float[3 * height * width];
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < filled; x++) {
          double level = level(channel, (y + 0.5) * downStep - 0.5, (x + 0.5) * acrossStep - 0.5);
          values[(channel * height + y) * width + x] = (float) ((level / 255 - 0.5) / 0.5);
        }
      }
    }
    return values;
  }

  /** Between pixels, bilinear; outside, that of the border. */
  private double level(int channel, double y, double x) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    double above = mixed(level(channel, top, left), level(channel, top, left + 1), x - left);
    double below =
        mixed(level(channel, top + 1, left), level(channel, top + 1, left + 1), x - left);
    return mixed(above, below, y - top);
  }

  private static double mixed(double first, double second, double share) {
    return first + (second - first) * share;
  }

  private int level(int channel, int y, int x) {
    int row = Math.max(0, Math.min(pixels.getHeight() - 1, y));
    int column = Math.max(0, Math.min(pixels.getWidth() - 1, x));
    return pixels.getRGB(column, row) >> 8 * channel & 255;
  }
}
