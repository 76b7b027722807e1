package org.repfold.zoo.branched;

import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.repfold.graph.Shape;
import org.repfold.zoo.Family;
import org.repfold.zoo.NetworkConfiguration;

/**
 * A network whose tensors fit images of any size, and so do not say what size it is for.
 *
 * @param <C> the class itself
 */
public interface FullyConvolutional<C extends FullyConvolutional<C>> extends NetworkConfiguration {
  /** Height and width of images where nothing is known of them: ImageNet's. */
  int USUAL_SIZE = 224;

  /** The same network on images of another size. */
  C on(int height, int width);

  /** What the tensors say of it, in words. */
  String describe();

  /**
   * The known network that tensors are of, or a custom one.
   *
   * @param found what the tensors say, on images of any size
   * @param known by name
   * @param custom what to call a network that is none of them
   * @param seen what of a network the tensors say
   * @param image the input's shape {@code [N, C, H, W]}, where it is known
   */
  static <C extends FullyConvolutional<C>> Family.Guess guess(
      C found, Map<String, C> known, String custom, UnaryOperator<C> seen, Optional<Shape> image) {
    String shapes = "it has just these shapes: " + found.describe();
    for (Map.Entry<String, C> entry : known.entrySet()) {
      C net = entry.getValue();
      if (isOn(net, image) && isSame(found, seen.apply(net))) {
        return new Family.Guess(entry.getKey(), net, shapes);
      }
    }
    int height = image.map(shape -> (int) shape.dimension(2)).orElse(USUAL_SIZE);
    int width = image.map(shape -> (int) shape.dimension(3)).orElse(USUAL_SIZE);
    String size = "%dx%d".formatted(height, width);
    for (Map.Entry<String, C> entry : known.entrySet()) {
      if (isSame(found, seen.apply(entry.getValue()))) {
        return new Family.Guess(
            entry.getKey() + " for images of " + size, entry.getValue().on(height, width), shapes);
      }
    }
    return new Family.Guess(
        custom,
        found.on(height, width),
        image.isPresent()
            ? found.describe()
            : found.describe()
                + "; images are taken to be "
                + size
                + ", of which the tensors say nothing: --arch net.json may state them");
  }

  private static <C extends FullyConvolutional<C>> boolean isSame(C found, C known) {
    return found.on(1, 1).equals(known.on(1, 1));
  }

  private static boolean isOn(NetworkConfiguration net, Optional<Shape> image) {
    return image.isEmpty()
        || image.get().dimension(2) == net.imageHeight()
            && image.get().dimension(3) == net.imageWidth();
  }
}
