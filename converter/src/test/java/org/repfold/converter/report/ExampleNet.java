package org.repfold.converter.report;

import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** A small RepMLPNet in its train form, random but with activations of ordinary size. */
final class ExampleNet {
  static final int CLASSES = 10;
  static final int SIZE = 32;
  private static final int HEIGHT = 4;
  private static final int SETS = 4;

  private final RandomOperators random = new RandomOperators(21);
  private final GraphBuilder graph = new GraphBuilder();

  private ExampleNet() {}

  static Graph build(int unitsPerStage) {
    return new ExampleNet().network(unitsPerStage).withParameters(ElementType.FLOAT32);
  }

  private Graph network(int units) {
    String x = graph.input("input", -1, 1, SIZE, SIZE);
    x = embedding("conv_embedding", x, 1, 16, 4);
    for (int unit = 0; unit < units; unit++) {
      x = unit("stages.0." + unit + ".", x, 16, SIZE / 4);
    }
    x = embedding("embeds.0", x, 16, 32, 2);
    for (int unit = 0; unit < units; unit++) {
      x = unit("stages.1." + unit + ".", x, 32, SIZE / 8);
    }
    x = norm("head_norm", x, 32);
    x = graph.add("head_pool", new Pooling.GlobalAveragePool(), x);
    x = graph.add("head_flatten", new Movement.Flatten(), x);
    x = graph.add("head", scaled(random.gemm(32, CLASSES), 0.3), x);
    return graph.output(x).build();
  }

  private String embedding(String name, String x, int in, int out, int patch) {
    Operator conv = random.conv(in, out, patch, patch, Window.strided(patch, patch), 1);
    x = graph.add(name + ".conv", scaled(conv, 1.0 / patch), x);
    x = norm(name + ".bn", x, out);
    return graph.add(name + ".relu", new Unary.Relu(), x);
  }

  private String unit(String prefix, String input, int channels, int size) {
    String x = norm(prefix + "prebn1", input, channels);
    x = block(prefix + "repmlp_block.", x, channels, size / HEIGHT);
    String mixed = graph.add(prefix + "add1", new Operator.Add(), input, x);
    x = norm(prefix + "prebn2", mixed, channels);
    x = conv(prefix + "ffn_block.ffn_fc1.conv", x, channels, 4 * channels, 1, 0, 1);
    x = norm(prefix + "ffn_block.ffn_fc1.bn", x, 4 * channels);
    x = graph.add(prefix + "ffn_block.act", new Unary.Gelu(), x);
    x = conv(prefix + "ffn_block.ffn_fc2.conv", x, 4 * channels, channels, 1, 0, 1);
    x = norm(prefix + "ffn_block.ffn_fc2.bn", x, channels);
    return graph.add(prefix + "add2", new Operator.Add(), mixed, x);
  }

  private String block(String prefix, String x, int channels, int parts) {
    String gate = graph.add(prefix + "gp.pool", new Pooling.GlobalAveragePool(), x);
    gate = conv(prefix + "gp.fc1", gate, channels, channels / 4, 1, 0, 1);
    gate = graph.add(prefix + "gp.relu", new Unary.Relu(), gate);
    gate = conv(prefix + "gp.fc2", gate, channels / 4, channels, 1, 0, 1);
    gate = graph.add(prefix + "gp.sigmoid", new Unary.Sigmoid(), gate);
    String rows =
        reshape(prefix + "partition.split", x, -1, channels, parts, HEIGHT, parts, HEIGHT);
    rows = graph.add(prefix + "partition.order", Movement.Transpose.by(0, 2, 4, 1, 3, 5), rows);
    String partition = reshape(prefix + "partition", rows, -1, SETS, HEIGHT, HEIGHT);
    int features = SETS * HEIGHT * HEIGHT;
    String sum = reshape(prefix + "fc3.flat", partition, -1, features, 1, 1);
    sum = conv(prefix + "fc3", sum, features, features, 1, 0, SETS);
    sum = reshape(prefix + "fc3.map", sum, -1, SETS, HEIGHT, HEIGHT);
    sum = norm(prefix + "fc3_bn", sum, SETS);
    for (int kernel : new int[] {1, 3}) {
      String name = prefix + "repconv" + kernel;
      String branch = conv(name + ".conv", partition, SETS, SETS, kernel, kernel / 2, SETS);
      branch = norm(name + ".bn", branch, SETS);
      sum = graph.add(prefix + "sum" + kernel, new Operator.Add(), sum, branch);
    }
    String map = reshape(prefix + "unpartition.split", sum, -1, parts, parts, SETS, HEIGHT, HEIGHT);
    map = graph.add(prefix + "unpartition.order", Movement.Transpose.by(0, 3, 1, 4, 2, 5), map);
    long size = (long) parts * HEIGHT;
    map = reshape(prefix + "unpartition", map, -1, channels, size, size);
    return graph.add(prefix + "gate", new Operator.Mul(), map, gate);
  }

  private String conv(String name, String x, int in, int out, int kernel, int padding, int group) {
    double deviation = 1 / Math.sqrt((double) in / group * kernel * kernel);
    return graph.add(name, scaled(random.conv(in, out, kernel, padding, group), deviation), x);
  }

  private String norm(String name, String x, int channels) {
    Operator.BatchNormalization norm = random.batchNorm(channels);
    return graph.add(
        name,
        new Operator.BatchNormalization(
            calm(norm.scale(), 1, 0.2),
            calm(norm.shift(), 0, 0.3),
            calm(norm.mean(), 0, 0.3),
            calm(norm.variance(), 0.8, 0.05),
            norm.epsilon()),
        x);
  }

  private String reshape(String name, String x, long... shape) {
    return graph.add(name, Movement.Reshape.to(shape), x);
  }

  private static Operator scaled(Operator operator, double factor) {
    return operator.mapParameters(tensor -> calm(tensor, 0, factor));
  }

  private static Tensor calm(Tensor tensor, double offset, double factor) {
    double[] values = tensor.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] = offset + factor * values[i];
    }
    return Tensor.of(tensor.shape(), values);
  }
}
