package org.repfold.converter.io.dl4j;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.graph.Graph;

/**
 * A DL4J graph and the graph of operators that it stands for.
 *
 * @param graph the operators, parameters in the source's element type
 * @param vertexNodes for each DL4J vertex, in topological order, the nodes that it became; none for
 *     one that passes its input on
 * @param values for each DL4J vertex and network input the value in {@code graph} that is its
 *     output, or holds it as a map {@code [N, C, H, W]} where DL4J has another layout
 * @param rearranged the vertices that DL4J computes in another layout
 * @param source the DL4J graph
 */
public record Dl4jGraph(
    Graph graph,
    Map<String, List<String>> vertexNodes,
    Map<String, String> values,
    Set<String> rearranged,
    ComputationGraph source) {
  public Dl4jGraph {
    vertexNodes = Collections.unmodifiableMap(new LinkedHashMap<>(vertexNodes));
    rearranged = Collections.unmodifiableSet(new LinkedHashSet<>(rearranged));
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
