package org.repfold.cli;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
  private static final long MANY_PARAMETERS = 100_000_000;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final List<String> inputs;

  private OnnxRuntimeEngine(Path model, int threads, OptLevel optimisation) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setOptimizationLevel(optimisation);
      session = environment.createSession(model.toString(), options);
      inputs = List.copyOf(session.getInputNames());
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
    return new OnnxRuntimeEngine(model, Machine.threads(), OptLevel.ALL_OPT);
  }

  /**
   * Takes a graph as it would be in a file. One with very many parameters, which no file holds for
   * ONNX Runtime to run it in production, goes without the copies of them in layouts that
   * convolutions are fastest in: they are larger than the model.
   *
   * @throws BadInputException if ONNX Runtime refuses it
   */
  static OnnxRuntimeEngine of(Graph graph) {
    return of(graph, Machine.threads());
  }

  /** As {@link #of(Graph)}, on that many threads. */
  static OnnxRuntimeEngine of(Graph graph, int threads) {
    try {
      Path folder = Files.createTempDirectory("repfold-");
      try {
        Path model = folder.resolve("model.onnx");
        OnnxWriter.writeToMap(graph, model);
        return new OnnxRuntimeEngine(
            model,
            threads,
            graph.parameterCount() > MANY_PARAMETERS ? OptLevel.EXTENDED_OPT : OptLevel.ALL_OPT);
      } finally {
        // What is mapped into memory stays there.
        Folders.delete(folder);
      }
    } catch (IOException e) {
      throw new BadInputException("a temporary folder cannot be made: " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public List<INDArray> run(List<INDArray> batches) {
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try {
      for (int i = 0; i < batches.size(); i++) {
        INDArray batch = batches.get(i);
        FloatBuffer values = NdArrays.asFloatBuffer(batch);
        tensors.put(inputs.get(i), OnnxTensor.createTensor(environment, values, batch.shape()));
      }
      try (OrtSession.Result result = session.run(tensors)) {
        List<INDArray> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.add(copied((OnnxTensor) output.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw new BadInputException("ONNX Runtime: " + e.getMessage(), e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
      Reference.reachabilityFence(batches);
    }
  }

  private static INDArray copied(OnnxTensor output) {
    FloatBuffer values = output.getFloatBuffer();
    float[] elements = new float[values.remaining()];
    values.get(elements);
    return Nd4j.createFromArray(elements).reshape('c', output.getInfo().getShape());
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
