package org.repfold.zoo;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.SafetensorsReader;

/** The tensors of a golden file, as they are in it and as float64 arrays. */
public record Golden(Map<String, Tensor> file, Map<String, INDArray> tensors) {

  public static Golden read(String name) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    Map<String, Tensor> file =
        SafetensorsReader.read(resource("/golden/" + name + ".safetensors")).tensors();
    file.forEach((tensor, values) -> tensors.put(tensor, array(values)));
    return new Golden(file, tensors);
  }

  private static Path resource(String name) {
    try {
      return Path.of(Golden.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static INDArray array(Tensor tensor) {
    double[] values = tensor.toDoubles();
    return tensor.shape().rank() == 0
        ? Nd4j.scalar(values[0])
        : Nd4j.create(values, tensor.shape().toArray(), DataType.DOUBLE);
  }

  public INDArray tensor(String name) {
    return tensors.get(name);
  }

  /** The tensors whose names begin so, by the rest of their names, as they are in the file. */
  public Map<String, Tensor> tensorsOf(String prefix) {
    Map<String, Tensor> stateDict = new LinkedHashMap<>();
    file.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            stateDict.put(name.substring(prefix.length()), tensor);
          }
        });
    return stateDict;
  }

  /** The state dict of the train form. */
  public Map<String, INDArray> train() {
    Map<String, INDArray> train = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith("train.")) {
            train.put(name.substring("train.".length()), tensor);
          }
        });
    return train;
  }
}
