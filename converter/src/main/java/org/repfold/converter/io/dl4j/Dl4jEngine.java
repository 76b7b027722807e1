package org.repfold.converter.io.dl4j;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.Engine;

/** DL4J itself, computing a graph. */
public final class Dl4jEngine implements Engine {
  private final ComputationGraph graph;

  public Dl4jEngine(ComputationGraph graph) {
    this.graph = graph;
  }

  @Override
  public String name() {
    return "dl4j";
  }

  @Override
  public List<INDArray> run(List<INDArray> batches) {
    return List.of(graph.output(batches.toArray(INDArray[]::new)));
  }
}
