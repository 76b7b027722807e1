package org.repfold.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.repfold.graph.BadInputException;

/** The tensors of a golden file; for trusted test resources only. */
record Golden(Map<String, INDArray> tensors) {

  static Golden read(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".safetensors")) {
      ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      int header = Math.toIntExact(file.getLong(0));
      String json = new String(file.array(), 8, header, StandardCharsets.UTF_8);
      Map<String, INDArray> tensors = new LinkedHashMap<>();
      new ObjectMapper()
          .readTree(json)
          .fields()
          .forEachRemaining(
              field -> {
                if (!field.getKey().equals("__metadata__")) {
                  tensors.put(field.getKey(), tensor(file, 8 + header, field.getValue()));
                }
              });
      return new Golden(tensors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static INDArray tensor(ByteBuffer file, int data, JsonNode entry) {
    JsonNode sizes = entry.get("shape");
    long[] shape = new long[sizes.size()];
    int length = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = sizes.get(i).asLong();
      length *= (int) shape[i];
    }
    int start = data + entry.get("data_offsets").get(0).asInt();
    String type = entry.get("dtype").asText();
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          switch (type) {
            case "F32" -> file.getFloat(start + 4 * i);
            case "F64" -> file.getDouble(start + 8 * i);
            case "I64" -> file.getLong(start + 8 * i);
            default -> throw new BadInputException(type);
          };
    }
    return shape.length == 0 ? Nd4j.scalar(values[0]) : Nd4j.create(values, shape, DataType.DOUBLE);
  }

  INDArray tensor(String name) {
    return tensors.get(name);
  }

  /** The state dict of the train form. */
  Map<String, INDArray> train() {
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
