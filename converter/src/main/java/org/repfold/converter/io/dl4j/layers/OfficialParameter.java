package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import org.repfold.graph.Shape;

/**
 * A parameter as a family's official PyTorch code has it.
 *
 * @param leaf its name within the module; empty where the module's name is the parameter's
 * @param key of the same parameter in DL4J's table
 * @param shape its official shape; the row-major memory is that of the DL4J parameter
 */
public record OfficialParameter(String leaf, String key, Shape shape) {

  /**
   * Those of a layer with a weight {@code [out, ...]} and perhaps a bias {@code [out]}, under
   * DL4J's usual keys.
   */
  static List<OfficialParameter> weightAndBias(Shape weight, boolean hasBias) {
    OfficialParameter matrix = new OfficialParameter("weight", NamedParameters.WEIGHT, weight);
    return hasBias
        ? List.of(
            matrix,
            new OfficialParameter("bias", NamedParameters.BIAS, Shape.of(weight.dimension(0))))
        : List.of(matrix);
  }
}
