package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class ImageInputTest {
  private static final Shape NETWORK = Shape.of(Shape.UNKNOWN, 3, 2, 3);

  /** Behind the signature, and the length and name of the first chunk. */
  private static final int WIDTH_IN_PNG = 16;

  @TempDir Path folder;

  private static byte[] image(String kind) throws IOException {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(2, 1, 0xff0033);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, kind, bytes);
    return bytes.toByteArray();
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("image"), bytes);
  }

  private void assertRefused(byte[] bytes, String expected) throws IOException {
    Path file = write(bytes);
    BadInputException refusal =
        assertThrows(BadInputException.class, () -> ImageInput.read(file, NETWORK, 0, 1));
    assertEquals(file + ": " + expected, refusal.getMessage());
  }

  @Test
  void pixelsAreChannelsOfZeroToOne() throws IOException {
    Tensor read = ImageInput.read(write(image("png")), NETWORK, 0, 1);

    assertEquals(Shape.of(1, 3, 2, 3), read.shape());
    assertEquals(1, read.get(5));
    assertEquals(0, read.get(11));
    assertEquals((float) 0.2, read.get(17));
  }

  @Test
  void imageThatClaimsBillionsOfPixelsIsRefusedByItsSize() throws IOException {
    byte[] png = image("png");
    ByteBuffer.wrap(png).putInt(WIDTH_IN_PNG, 1 << 30);

    assertRefused(png, "expected an image of 3x2, found 1073741824x2");
  }

  @Test
  void damagedImageIsRefused() throws IOException {
    byte[] gif = image("gif");
    Arrays.fill(gif, 13, gif.length, (byte) ';');

    assertRefused(gif, "expected a whole image, found a damaged one");
  }

  @Test
  void fileThatIsNoImageIsRefused() throws IOException {
    assertRefused(new byte[100], "expected a .npy file or an image, found neither");
  }
}
