package org.repfold.converter.execute;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;

/**
 * The {@link ReferenceExecutor} as an engine; its name is {@code nd4j} for float32, {@code
 * nd4j-f64} for float64.
 */
public final class ReferenceEngine implements Engine {
  private final ReferenceExecutor executor;
  private final String name;

  /**
   * An engine that computes the graph, which has one input and one output, in the given
   * floating-point type.
   */
  public ReferenceEngine(Graph graph, ElementType type) {
    this.executor = new ReferenceExecutor(graph, type);
    this.name = type == ElementType.FLOAT64 ? "nd4j-f64" : "nd4j";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public INDArray run(INDArray batch) {
    return executor.run(batch);
  }
}
