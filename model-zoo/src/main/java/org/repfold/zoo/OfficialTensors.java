package org.repfold.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.io.dl4j.layers.OfficialBuffers;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Names and shapes of the tensors that a family's official PyTorch code has for a network.
 * BatchNorm's {@code num_batches_tracked} are left out: they are expected and ignored.
 */
public final class OfficialTensors {
  private static final String IGNORED_LEAF = "num_batches_tracked";

  private OfficialTensors() {}

  /**
   * The tensors of a network in one of its forms; nothing is allocated.
   *
   * @throws BadInputException if the official code has no such form
   */
  public static Map<String, Shape> of(NetworkConfiguration network, Form form) {
    return of(network.graph(form, GraphOptions.inference(DataType.FLOAT)));
  }

  /** The tensors of a DL4J configuration whose vertices carry official names. */
  public static Map<String, Shape> of(ComputationGraphConfiguration configuration) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    OfficialLayout.of(configuration).forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
    buffers(configuration).forEach((name, value) -> shapes.put(name, value.shape()));
    return shapes;
  }

  /** Those tensors that are no parameters: what they hold follows from the configuration. */
  public static Map<String, Tensor> buffers(ComputationGraphConfiguration configuration) {
    Map<String, Tensor> buffers = new LinkedHashMap<>();
    configuration
        .getVertices()
        .forEach(
            (module, vertex) -> {
              if (vertex instanceof LayerVertex layer
                  && layer.getLayerConf().getLayer() instanceof OfficialBuffers own) {
                own.officialBuffers()
                    .forEach(buffer -> buffers.put(module + "." + buffer.leaf(), buffer.value()));
              }
            });
    return buffers;
  }

  /**
   * Holds buffers against what the configuration says.
   *
   * @param found gives the elements of the tensor of that name, which has the expected shape
   * @throws BadInputException naming the first element that differs
   */
  public static void requireBuffers(
      Map<String, Tensor> expected, Function<String, double[]> found) {
    expected.forEach(
        (name, tensor) -> {
          double[] values = found.apply(name);
          for (int i = 0; i < values.length; i++) {
            if (values[i] != tensor.get(i)) {
              throw new BadInputException(
                  "tensor '%s': expected %s as element %d, as the architecture says, found %s"
                      .formatted(name, tensor.get(i), i, values[i]));
            }
          }
        });
  }

  /** Whether a checkpoint may hold a tensor of that name in addition. */
  public static boolean isIgnored(String name) {
    return name.equals(IGNORED_LEAF) || name.endsWith("." + IGNORED_LEAF);
  }

  /**
   * Holds names and shapes against each other.
   *
   * @param what names the side that is expected, in messages
   * @throws BadInputException listing every missing, unexpected and mis-shaped tensor
   */
  public static void require(String what, Map<String, Shape> expected, Map<String, Shape> found) {
    List<String> missing = new ArrayList<>();
    List<String> misshaped = new ArrayList<>();
    Set<String> unexpected = new LinkedHashSet<>(found.keySet());
    unexpected.removeIf(OfficialTensors::isIgnored);
    expected.forEach(
        (name, shape) -> {
          unexpected.remove(name);
          if (!found.containsKey(name)) {
            missing.add(name);
          } else if (!found.get(name).equals(shape)) {
            misshaped.add(
                "%s: expected shape %s, found %s".formatted(name, shape, found.get(name)));
          }
        });
    List<String> problems = new ArrayList<>();
    if (!missing.isEmpty()) {
      problems.add("missing " + String.join(", ", missing));
    }
    if (!unexpected.isEmpty()) {
      problems.add("unexpected " + String.join(", ", unexpected));
    }
    problems.addAll(misshaped);
    if (!problems.isEmpty()) {
      throw new BadInputException(
          "the tensors do not fit " + what + ": " + String.join("; ", problems));
    }
  }
}
