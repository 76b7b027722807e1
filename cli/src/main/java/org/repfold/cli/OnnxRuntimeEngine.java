package org.repfold.cli;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.onnx.OnnxWriter;

/** ONNX Runtime, computing a model file with one input and one output. */
final class OnnxRuntimeEngine implements Engine {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final String input;

  private OnnxRuntimeEngine(Loader loader) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      session = loader.load(environment, options);
      input = session.getInputNames().iterator().next();
    } catch (OrtException e) {
      throw new BadInputException("ONNX Runtime cannot load the model: " + e.getMessage(), e);
    }
  }

  /**
   * Loads a model file.
   *
   * @throws BadInputException if ONNX Runtime refuses it
   */
  static OnnxRuntimeEngine of(Path model) {
    return new OnnxRuntimeEngine((e, options) -> e.createSession(model.toString(), options));
  }

  /**
   * Takes a graph as it would be in a file.
   *
   * @throws BadInputException if ONNX Runtime refuses it
   */
  static OnnxRuntimeEngine of(Graph graph) {
    byte[] model = OnnxWriter.toBytes(graph);
    return new OnnxRuntimeEngine((e, options) -> e.createSession(model, options));
  }

  private interface Loader {
    OrtSession load(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public INDArray run(INDArray batch) {
    FloatBuffer pixels = FloatBuffer.wrap(NdArrays.toFloats(batch));
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, pixels, batch.shape());
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      OnnxTensor output = (OnnxTensor) result.get(0);
      FloatBuffer values = output.getFloatBuffer();
      float[] copied = new float[values.remaining()];
      values.get(copied);
      return Nd4j.createFromArray(copied).reshape('c', output.getInfo().getShape());
    } catch (OrtException e) {
      throw new BadInputException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
