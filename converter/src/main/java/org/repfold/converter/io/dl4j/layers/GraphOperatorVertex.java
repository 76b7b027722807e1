package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.misc.DummyConfig;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;

/** Computes {@link GraphOperator} as the reference executor does. */
@SuppressWarnings("overrides") // DL4J declares setInputs with and without varargs.
public final class GraphOperatorVertex extends ComputedVertex {
  private static final long serialVersionUID = 1L;

  private final GraphOperator configuration;
  private final transient INDArray parameters;
  private final transient Map<String, INDArray> table;

  GraphOperatorVertex(
      ComputationGraph graph,
      String name,
      int index,
      GraphOperator configuration,
      INDArray parameters,
      DataType dataType) {
    super(graph, name, index, dataType);
    this.configuration = configuration;
    this.parameters = parameters;
    this.table =
        parameters == null
            ? Map.of()
            : Collections.unmodifiableMap(configuration.layout().views(parameters));
  }

  @Override
  INDArray forward(LayerWorkspaceMgr workspaceMgr) {
    INDArray result = compute();
    INDArray kept = workspaceMgr.dup(ArrayType.ACTIVATIONS, result, 'c');
    NdArrays.release(result);
    return kept;
  }

  private INDArray compute() {
    ElementType type = dataType == DataType.DOUBLE ? ElementType.FLOAT64 : ElementType.FLOAT32;
    MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
    try {
      Map<String, Tensor> tensors = new HashMap<>();
      configuration
          .tensorNames()
          .forEach(name -> tensors.put(name, NdArrays.toTensor(table.get(name))));
      List<INDArray> copies =
          Arrays.stream(inputs).map(input -> NdArrays.copy(input.castTo(dataType))).toList();
      INDArray result =
          ReferenceExecutor.compute(
              configuration.assemble(tensors), configuration.operands(copies, table), type);
      copies.forEach(NdArrays::release);
      return result;
    } finally {
      outside.close();
    }
  }

  @Override
  INDArray[] backward(LayerWorkspaceMgr workspaceMgr) {
    throw new UnsupportedOperationException(
        "Vertex '%s' (%s) is part of a deploy form, which is not trainable"
            .formatted(vertexName, configuration.getOperator()));
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backpropOnly) {
    return table;
  }

  @Override
  public INDArray params() {
    return parameters;
  }

  @Override
  public TrainingConfig getConfig() {
    return new DummyConfig(vertexName);
  }

  /** DL4J hands every parameter a gradient; these get none. */
  @Override
  public void setBackpropGradientsViewArray(INDArray view) {}
}
