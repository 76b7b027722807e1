package org.repfold.converter.io.dl4j;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.graph.Graph;

/**
 * A DL4J graph and the graph of operators that it stands for.
 *
 * @param graph the operators, parameters in the source's element type
 * @param vertexNodes for each DL4J vertex, in topological order, the nodes that it became; none for
 *     one that passes its input on
 * @param values for each DL4J vertex and network input the value in {@code graph} that is its
 *     output
 * @param source the DL4J graph
 */
public record Dl4jGraph(
    Graph graph,
    Map<String, List<String>> vertexNodes,
    Map<String, String> values,
    ComputationGraph source) {
  public Dl4jGraph {
    vertexNodes = Collections.unmodifiableMap(new LinkedHashMap<>(vertexNodes));
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
