package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A BatchNormalization before a dense layer whose weights several channels share (RepMLPNet's
 * {@code prebn1} before FC3) becomes a constant scale and a constant bias map behind the layer.
 *
 * <p>With the normalisation as {@code s x + t} per channel, {@code FC(s_c x + t_c) = s_c W x + (t_c
 * rowsum(W) + b)}: the weights cannot take in {@code s}, which differs between the channels that
 * share them, but scale and bias may stand behind the layer, where they are carried through the
 * rearrangement back to a map. One sample's {@code s} and {@code t} are sent as constants along the
 * way of the data, so any partition and un-partition is followed as it is. {@code s = 0} is legal.
 *
 * <p>Where each weight is used once per sample, the weights take in all: {@code W'[o,i] = W[o,i]
 * s[i]}, {@code b' = b + W t}.
 *
 * <p>Refuses when the normalised map's scale differs within what one output of the layer sums up,
 * when a value on the way has another use, and when the way does not end with one map per sample.
 */
public final class BatchNormSharedFullyConnected implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization norm)
        || !graph.hasSingleUse(node.name())
        || graph.shape(node.name()).rank() != 4) {
      return Match.none();
    }
    List<Node> partition = Rearrangement.after(graph, node.name());
    if (partition.isEmpty()) {
      return Match.none();
    }
    String features = partition.get(partition.size() - 1).name();
    if (!graph.hasSingleUse(features)) {
      return graph.consumers(features).stream().anyMatch(c -> Linear.isDense(graph, c))
          ? Uses.refuse(graph, features, node.name())
          : Match.none();
    }
    Node layer = graph.consumers(features).get(0);
    if (!Linear.isDense(graph, layer)) {
      return Match.none();
    }
    Shape map = graph.shape(node.name()).with(0, 1);
    if (!map.isKnown()) {
      return Match.refused("the size of the normalised map is not known", node.name());
    }
    Affine affine = Affine.of(norm);
    Optional<Tensor> scale = Rearrangement.apply(partition, spread(affine.scale(), map));
    Optional<Tensor> shift = Rearrangement.apply(partition, spread(affine.shift(), map));
    if (scale.isEmpty() || shift.isEmpty()) {
      return Match.refused("'" + features + "' mixes samples", features);
    }
    Linear linear = Linear.of(layer).orElseThrow();
    if (scale.get().shape().dimension(0) == 1) {
      return intoWeights(node, partition, layer, linear, scale.get(), shift.get());
    }
    return behind(graph, node, partition, layer, linear, scale.get(), shift.get());
  }

  private static Tensor spread(double[] perChannel, Shape map) {
    int positions = Math.toIntExact(map.product(2, map.rank()));
    double[] spread = new double[perChannel.length * positions];
    Arrays.setAll(spread, i -> perChannel[i / positions]);
    return Tensor.of(map, spread);
  }

  private static Match intoWeights(
      Node norm, List<Node> partition, Node layer, Linear linear, Tensor scale, Tensor shift) {
    double[] weight = linear.weight().toDoubles();
    double[] bias = linear.biasOrZeros();
    int inputs = linear.groupInputs();
    for (int o = 0; o < bias.length; o++) {
      int first = o / linear.groupOutputs() * inputs;
      for (int i = 0; i < inputs; i++) {
        bias[o] += weight[o * inputs + i] * shift.get(first + i);
        weight[o * inputs + i] *= scale.get(first + i);
      }
    }
    List<Node> consumed = new ArrayList<>(List.of(norm));
    consumed.addAll(partition);
    consumed.add(layer);
    List<Node> produced = rewired(partition, norm.input());
    produced.add(layer.withOperator(linear.with(weight, bias)));
    return Match.replace(consumed, produced);
  }

  private static Match behind(
      GraphView graph,
      Node norm,
      List<Node> partition,
      Node layer,
      Linear linear,
      Tensor scale,
      Tensor shift) {
    Optional<double[]> outputScale = scaleBehind(linear, scale);
    if (outputScale.isEmpty()) {
      return Match.refused(
          "the scale of '" + norm.name() + "' differs within what '" + layer.name() + "' sums up",
          layer.name());
    }
    List<Node> merge = Rearrangement.after(graph, layer.name());
    String end = merge.isEmpty() ? layer.name() : merge.get(merge.size() - 1).name();
    Shape outputs = graph.shape(layer.name()).with(0, scale.shape().dimension(0));
    Optional<Tensor> endScale = Rearrangement.apply(merge, Tensor.of(outputs, outputScale.get()));
    Optional<Tensor> endShift =
        Rearrangement.apply(merge, Tensor.of(outputs, shiftBehind(linear, shift)));
    if (endScale.isEmpty()
        || endShift.isEmpty()
        || !endScale.get().shape().equals(graph.shape(end).with(0, 1))) {
      return Match.refused(
          "the outputs of '" + layer.name() + "' do not end as one map per sample", end);
    }
    List<Node> consumed = new ArrayList<>(List.of(norm));
    consumed.addAll(partition);
    consumed.add(layer);
    consumed.addAll(merge);
    List<Node> produced = rewired(partition, norm.input());
    produced.add(layer.withOperator(linear.withoutBias()));
    produced.addAll(merge);
    appendConstant(
        graph, produced, norm.name() + "/scale", new Operator.Mul(), endScale.get(), end);
    appendConstant(
        graph,
        produced,
        norm.name() + "/shift",
        new Operator.Add(),
        endShift.get(),
        produced.get(produced.size() - 1).name());
    return Match.replace(consumed, produced);
  }

  private static List<Node> rewired(List<Node> chain, String input) {
    List<Node> rewired = new ArrayList<>(chain);
    rewired.set(0, chain.get(0).withInputs(List.of(input)));
    return rewired;
  }

  private static void appendConstant(
      GraphView graph,
      List<Node> produced,
      String name,
      Operator operator,
      Tensor map,
      String operand) {
    Node constant =
        new Node(graph.freshName(name + "/map"), new Operator.Constant(perChannelIfUniform(map)));
    produced.add(constant);
    produced.add(new Node(graph.freshName(name), operator, operand, constant.name()));
  }

  /** For each row and output: the one scale of all inputs that the output sums up. */
  private static Optional<double[]> scaleBehind(Linear linear, Tensor scale) {
    int rows = Math.toIntExact(scale.shape().dimension(0));
    int inputs = linear.groupInputs();
    double[] result = new double[rows * linear.outputs()];
    for (int row = 0; row < rows; row++) {
      for (int group = 0; group < linear.group(); group++) {
        int first = (row * linear.group() + group) * inputs;
        double common = scale.get(first);
        for (int i = 1; i < inputs; i++) {
          if (scale.get(first + i) != common) {
            return Optional.empty();
          }
        }
        int from = row * linear.outputs() + group * linear.groupOutputs();
        Arrays.fill(result, from, from + linear.groupOutputs(), common);
      }
    }
    return Optional.of(result);
  }

  /** For each row and output: the layer's answer to the shift. */
  private static double[] shiftBehind(Linear linear, Tensor shift) {
    int inputs = linear.groupInputs();
    double[] shifts = shift.toDoubles();
    boolean[] uniform = new boolean[shifts.length / inputs];
    for (int part = 0; part < uniform.length; part++) {
      uniform[part] = isUniform(shifts, part * inputs, inputs);
    }
    double[] bias = linear.biasOrZeros();
    double[] result = new double[uniform.length / linear.group() * linear.outputs()];
    double[] weight = new double[inputs];
    for (int o = 0; o < linear.outputs(); o++) {
      double sum = 0;
      for (int i = 0; i < inputs; i++) {
        weight[i] = linear.weight().get(o * inputs + i);
        sum += weight[i];
      }
      for (int row = 0; row < uniform.length / linear.group(); row++) {
        int part = row * linear.group() + o / linear.groupOutputs();
        result[row * linear.outputs() + o] =
            bias[o]
                + (uniform[part]
                    ? shifts[part * inputs] * sum
                    : dot(weight, shifts, part * inputs));
      }
    }
    return result;
  }

  private static boolean isUniform(double[] values, int first, int length) {
    for (int i = 1; i < length; i++) {
      if (values[first + i] != values[first]) {
        return false;
      }
    }
    return true;
  }

  private static double dot(double[] weight, double[] values, int first) {
    double sum = 0;
    for (int i = 0; i < weight.length; i++) {
      sum += weight[i] * values[first + i];
    }
    return sum;
  }

  private static Tensor perChannelIfUniform(Tensor map) {
    int channels = Math.toIntExact(map.shape().dimension(1));
    int positions = map.size() / channels;
    double[] values = map.toDoubles();
    double[] perChannel = new double[channels];
    for (int c = 0; c < channels; c++) {
      if (!isUniform(values, c * positions, positions)) {
        return map;
      }
      perChannel[c] = values[c * positions];
    }
    long[] shape = map.shape().toArray();
    Arrays.fill(shape, 2, shape.length, 1);
    return Tensor.of(Shape.of(shape), perChannel);
  }
}
