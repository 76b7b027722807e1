package org.repfold.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import picocli.CommandLine.Option;

/** Shapes of a model's inputs, for models that do not fix them. */
final class InputShapeOption {
  private static final Pattern SIZES = Pattern.compile("[1-9]\\d{0,8}(x[1-9]\\d{0,8})*");

  @Option(
      names = "--input-shape",
      paramLabel = "INPUT=SIZES",
      description =
          "The shape of an input without the batch, such as input=3x224x224, where the model does"
              + " not fix it.")
  private Map<String, String> stated = new LinkedHashMap<>();

  /**
   * The shapes by input, the batch unknown.
   *
   * @throws BadInputException if one is not as described
   */
  Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    stated.forEach((input, sizes) -> shapes.put(input, shape(input, sizes)));
    return shapes;
  }

  private static Shape shape(String input, String sizes) {
    if (!SIZES.matcher(sizes).matches()) {
      throw new BadInputException(
          "--input-shape: expected sizes such as %s=3x224x224, found '%s'".formatted(input, sizes));
    }
    long[] each = Arrays.stream(("1x" + sizes).split("x")).mapToLong(Long::parseLong).toArray();
    return Shape.of(each).with(0, Shape.UNKNOWN);
  }
}
