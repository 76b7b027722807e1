package org.repfold.converter.trained;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import org.repfold.graph.Shape;

/** A model of one input and one output in ONNX Runtime. */
final class OnnxSession implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  /**
   * Loads a model.
   *
   * @param level how far ONNX Runtime changes the network before it runs it
   */
  OnnxSession(byte[] model, OrtSession.SessionOptions.OptLevel level) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(level);
    session = environment.createSession(model, options);
  }

  /**
   * Runs the model on one sample.
   *
   * @param map of the input; its batch may be open
   */
  float[] run(float[] sample, Shape map) throws OrtException {
    String input = session.getInputNames().iterator().next();
    try (OnnxTensor x =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(sample), map.with(0, 1).toArray());
        OrtSession.Result result = session.run(Map.of(input, x))) {
      FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[output.remaining()];
      output.get(values);
      return values;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
