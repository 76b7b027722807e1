package org.repfold.graph.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Runs models in ONNX Runtime. */
final class OnnxRuntime {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private OnnxRuntime() {}

  static Map<String, Tensor> run(byte[] model, Map<String, Tensor> inputs) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = ENVIRONMENT.createSession(model, options)) {
      return run(session, inputs);
    }
  }

  static Map<String, Tensor> run(Path model, Map<String, Tensor> inputs) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = ENVIRONMENT.createSession(model.toString(), options)) {
      return run(session, inputs);
    }
  }

  private static Map<String, Tensor> run(OrtSession session, Map<String, Tensor> inputs)
      throws OrtException {
    Map<String, OnnxTensor> values = new HashMap<>();
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      values.put(input.getKey(), value(input.getValue()));
    }
    try (OrtSession.Result result = session.run(values)) {
      Map<String, Tensor> outputs = new HashMap<>();
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
        outputs.put(output.getKey(), tensor((OnnxTensor) output.getValue()));
      }
      return outputs;
    } finally {
      values.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor value(Tensor tensor) throws OrtException {
    long[] shape = tensor.shape().toArray();
    return tensor.type() == ElementType.FLOAT64
        ? OnnxTensor.createTensor(ENVIRONMENT, DoubleBuffer.wrap(tensor.toDoubles()), shape)
        : OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(tensor.toFloats()), shape);
  }

  private static Tensor tensor(OnnxTensor value) {
    Shape shape = Shape.of(value.getInfo().getShape());
    DoubleBuffer doubles = value.getDoubleBuffer();
    if (doubles != null) {
      double[] elements = new double[doubles.remaining()];
      doubles.get(elements);
      return Tensor.of(shape, elements);
    }
    FloatBuffer floats = value.getFloatBuffer();
    float[] elements = new float[floats.remaining()];
    floats.get(elements);
    return Tensor.of(shape, elements);
  }
}
