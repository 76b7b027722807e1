package org.repfold.converter.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.repfold.converter.plain.PlainExecutor;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/** A block of a public architecture, and into which operators it folds. */
enum GoldenCase {
  REPVGG_IDENTITY(GoldenBlocks::repvgg, Map.of("Conv", 1, "Relu", 1)),
  REPVGG_STRIDE2(GoldenBlocks::repvgg, Map.of("Conv", 1, "Relu", 1)),
  ACB(GoldenBlocks::acb, Map.of("Conv", 1)),
  DBB(GoldenBlocks::dbb, Map.of("Conv", 1)),
  DBB_GROUPED(GoldenBlocks::dbb, Map.of("Conv", 1)),
  MOBILEONE_DENSE(GoldenBlocks::mobileone, Map.of("Conv", 1, "Relu", 1)),
  MOBILEONE_DEPTHWISE(GoldenBlocks::mobileone, Map.of("Conv", 1, "Relu", 1)),
  REPMLP_V1_BLOCK(GoldenBlocks::repmlpBlock, withGlobalPerceptron(1, 0, 0)),
  REPMLP_V1_LIGHT(GoldenBlocks::light, withGlobalPerceptron(4, 3, 1)),
  REPMLP_V1_BOTTLENECK(GoldenBlocks::bottleneck, withGlobalPerceptron(5, 5, 1)),
  REPMLP_V1_BLOCK_NO_GLOBAL(
      GoldenBlocks::repmlpBlock, Map.of("Conv", 1, "Reshape", 5, "Transpose", 2));

  private final Function<GoldenBlocks, Graph> block;
  private final Map<String, Integer> operators;

  GoldenCase(Function<GoldenBlocks, Graph> block, Map<String, Integer> operators) {
    this.block = block;
    this.operators = operators;
  }

  private static Map<String, Integer> withGlobalPerceptron(int convs, int relus, int additions) {
    return Map.of(
        "Conv", convs,
        "Gemm", 2,
        "AveragePool", 1,
        "Relu", relus + 1,
        "Add", additions + 1,
        "Reshape", 7,
        "Transpose", 2);
  }

  String fileName() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  GoldenFile file() {
    return GoldenFile.read(fileName());
  }

  Graph train() {
    return block.apply(new GoldenBlocks(file()));
  }

  /** The operators of the folded form. */
  Map<String, Integer> operators() {
    return operators;
  }

  /** The graph's output, in float64, for the golden input. */
  double[] output(Graph graph) {
    GoldenFile file = file();
    return PlainExecutor.run(graph, Map.of("x", file.tensor("x").toDoubles()), file.batch())
        .get(graph.outputs().get(0))
        .value();
  }

  /** The layers of a folded form that have weights. */
  static List<Node> layers(Graph folded) {
    return folded.nodes().stream()
        .filter(
            node ->
                node.operator() instanceof Operator.Conv
                    || node.operator() instanceof Operator.Gemm)
        .toList();
  }

  /** The reference's own weight and bias for a layer of the folded form; empty if it has none. */
  Optional<List<Tensor>> deployed(Node layer) {
    GoldenFile file = file();
    List<String> prefixes = new ArrayList<>(List.of("deploy." + layer.name()));
    file.file().tensors().keySet().stream()
        .filter(name -> name.startsWith("deploy.") && name.endsWith(".weight"))
        .map(name -> name.substring(0, name.length() - ".weight".length()))
        .forEach(prefixes::add);
    return prefixes.stream()
        .filter(prefix -> file.has(prefix + ".weight"))
        .findFirst()
        .map(prefix -> List.of(file.tensor(prefix + ".weight"), file.tensor(prefix + ".bias")));
  }

  /** The folded form with the reference's own weights. */
  Graph deployed(Graph folded) {
    List<Node> nodes =
        folded.nodes().stream()
            .map(
                node ->
                    layers(folded).contains(node)
                        ? node.withOperator(with(node.operator(), deployed(node).orElseThrow()))
                        : node)
            .toList();
    return Graph.of(folded.inputs(), nodes, folded.outputs());
  }

  private static Operator with(Operator operator, List<Tensor> weightAndBias) {
    Optional<Tensor> bias = Optional.of(weightAndBias.get(1));
    return operator instanceof Operator.Conv conv
        ? new Operator.Conv(weightAndBias.get(0), bias, conv.window(), conv.group())
        : new Operator.Gemm(weightAndBias.get(0), bias);
  }

  static double largest(double[] numbers) {
    return Arrays.stream(numbers).map(Math::abs).max().orElseThrow();
  }
}
