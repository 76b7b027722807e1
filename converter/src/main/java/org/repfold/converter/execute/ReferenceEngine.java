package org.repfold.converter.execute;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;

/**
 * The {@link ReferenceExecutor} as an engine; its name is {@code nd4j} for float32, {@code
 * nd4j-f64} for float64.
 */
public final class ReferenceEngine implements Engine {
  private final Graph graph;
  private final ReferenceExecutor executor;
  private final String name;

  /** An engine that computes the graph in the given floating-point type. */
  public ReferenceEngine(Graph graph, ElementType type) {
    this.graph = graph;
    this.executor = new ReferenceExecutor(graph, type);
    this.name = type == ElementType.FLOAT64 ? "nd4j-f64" : "nd4j";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<INDArray> run(List<INDArray> batches) {
    Map<String, INDArray> inputs = new HashMap<>();
    for (int i = 0; i < batches.size(); i++) {
      inputs.put(graph.inputs().get(i).name(), batches.get(i));
    }
    Map<String, INDArray> outputs = executor.run(inputs);
    return graph.outputs().stream().map(outputs::get).toList();
  }
}
