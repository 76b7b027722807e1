package org.repfold.converter.golden;

import java.util.Optional;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/**
 * Train forms of the golden cases as plain graphs, operator by operator as the references compute.
 */
final class GoldenBlocks {
  private final GoldenFile golden;
  private final GraphBuilder graph = new GraphBuilder();

  GoldenBlocks(GoldenFile golden) {
    this.golden = golden;
    graph.input("x", golden.inputShape());
  }

  /** Dense 3x3, 1x1 and, where shapes allow, the input, each normalised; summed; rectified. */
  Graph repvgg() {
    int stride = golden.argument("stride");
    int groups = golden.argument("groups");
    convBatchNorm("rbr_dense", "x", square(stride, 1), groups);
    convBatchNorm("rbr_1x1", "x", square(stride, 0), groups);
    String sum = graph.add("sum", new Operator.Add(), "rbr_dense", "rbr_1x1");
    if (golden.has("train.rbr_identity.weight")) {
      graph.add("rbr_identity", golden.batchNorm("rbr_identity"), "x");
      sum = graph.add("sum_identity", new Operator.Add(), sum, "rbr_identity");
    }
    return rectified(sum);
  }

  /** Square, vertical and horizontal kernels, each normalised; summed. */
  Graph acb() {
    int padding = golden.argument("padding");
    int stride = golden.argument("stride");
    branch("square", square(stride, padding));
    branch("ver", new Window(stride, stride, 1, 1, padding, 0, padding, 0));
    branch("hor", new Window(stride, stride, 1, 1, 0, padding, 0, padding));
    graph.add("sum", new Operator.Add(), "square_bn", "ver_bn");
    return graph.output(graph.add("y", new Operator.Add(), "sum", "hor_bn")).build();
  }

  private void branch(String name, Window window) {
    graph.add(name + "_conv", golden.conv(name + "_conv", window, 1), "x");
    graph.add(name + "_bn", golden.batchNorm(name + "_bn"), name + "_conv");
  }

  /**
   * kxk, 1x1, 1x1 then average pool, and 1x1 then kxk, each normalised; summed. What lies before a
   * pool or kernel is padded with what its normalisation makes of 0: as a padded 1x1 convolution
   * gives.
   */
  Graph dbb() {
    int kernel = golden.argument("kernel");
    int padding = golden.argument("padding");
    int groups = golden.argument("groups");
    convBatchNorm("dbb_origin", "x", square(1, padding), groups);
    convBatchNorm("dbb_1x1", "x", Window.unit(), groups);

    graph.add("dbb_avg.conv", golden.conv("dbb_avg.conv", square(1, padding), groups), "x");
    graph.add("dbb_avg.bn", golden.batchNorm("dbb_avg.bn.bn"), "dbb_avg.conv");
    graph.add(
        "dbb_avg.avg", new Pooling.AveragePool(kernel, kernel, Window.unit(), true), "dbb_avg.bn");
    graph.add("dbb_avg", golden.batchNorm("dbb_avg.avgbn"), "dbb_avg.avg");

    Tensor offIdentity = golden.tensor("train.dbb_1x1_kxk.idconv1.weight");
    graph.add(
        "dbb_1x1_kxk.idconv1",
        new Operator.Conv(plusIdentity(offIdentity), Optional.empty(), square(1, padding), groups),
        "x");
    graph.add("dbb_1x1_kxk.bn1", golden.batchNorm("dbb_1x1_kxk.bn1.bn"), "dbb_1x1_kxk.idconv1");
    graph.add(
        "dbb_1x1_kxk.conv2",
        golden.conv("dbb_1x1_kxk.conv2", Window.unit(), groups),
        "dbb_1x1_kxk.bn1");
    graph.add("dbb_1x1_kxk", golden.batchNorm("dbb_1x1_kxk.bn2"), "dbb_1x1_kxk.conv2");

    graph.add("sum1", new Operator.Add(), "dbb_origin", "dbb_1x1");
    graph.add("sum2", new Operator.Add(), "sum1", "dbb_avg");
    return graph.output(graph.add("y", new Operator.Add(), "sum2", "dbb_1x1_kxk")).build();
  }

  /** {@code W + I} within each group. */
  private static Tensor plusIdentity(Tensor weight) {
    double[] sum = weight.toDoubles();
    int inputs = Math.toIntExact(weight.shape().dimension(1));
    for (int o = 0; o < sum.length / inputs; o++) {
      sum[o * inputs + o % inputs] += 1;
    }
    return Tensor.of(weight.shape(), sum);
  }

  /** Several kxk, one 1x1 and the input, each normalised; summed; rectified. */
  Graph mobileone() {
    int groups = golden.file().metadata().get("groupSize").equals("null") ? 1 : 8;
    graph.add("identity", golden.batchNorm("identity"), "x");
    convBatchNorm("conv_scale", "x", Window.unit(), groups);
    String sum = graph.add("sum", new Operator.Add(), "conv_scale", "identity");
    for (int i = 0; i < golden.argument("branches"); i++) {
      convBatchNorm("conv_kxk." + i, "x", square(1, 1), groups);
      sum = graph.add("sum." + i, new Operator.Add(), sum, "conv_kxk." + i);
    }
    return rectified(sum);
  }

  Graph repmlpBlock() {
    Partition partition =
        new Partition(
            golden.argument("in_channels"),
            golden.argument("out_channels"),
            golden.argument("H"),
            golden.argument("W"),
            golden.argument("h"),
            golden.argument("w"));
    int groups = golden.argument("fc3_groups");
    return graph
        .output(repmlp("", "x", partition, groups, golden.arguments("reparam_conv_k")))
        .build();
  }

  Graph light() {
    convBatchNorm("light_conv1", "x", Window.unit(), 1);
    graph.add("relu1", new Unary.Relu(), "light_conv1");
    String block = inner("light_repmlp.", "relu1", golden.argument("mid"));
    graph.add("repmlp_nonlinear", new Unary.Relu(), block);
    convBatchNorm("light_conv3", "repmlp_nonlinear", Window.unit(), 1);
    convBatchNorm("shortcut", "x", Window.unit(), 1);
    return rectified(graph.add("sum", new Operator.Add(), "light_conv3", "shortcut"));
  }

  Graph bottleneck() {
    convBatchNorm("btnk_conv1", "x", Window.unit(), 1);
    graph.add("relu1", new Unary.Relu(), "btnk_conv1");
    convBatchNorm("btnk_conv2", "relu1", Window.padded(1), 1);
    graph.add("relu2", new Unary.Relu(), "btnk_conv2");
    String block = inner("btnk_repmlp.", "relu2", golden.argument("mid") / golden.argument("r"));
    graph.add("repmlp_nonlinear", new Unary.Relu(), block);
    convBatchNorm("btnk_conv4", "repmlp_nonlinear", Window.padded(1), 1);
    graph.add("relu4", new Unary.Relu(), "btnk_conv4");
    convBatchNorm("btnk_conv5", "relu4", Window.unit(), 1);
    return rectified(graph.add("sum", new Operator.Add(), "btnk_conv5", "x"));
  }

  private String inner(String prefix, String input, int channels) {
    Partition partition =
        new Partition(
            channels,
            channels,
            golden.argument("H"),
            golden.argument("W"),
            golden.argument("h"),
            golden.argument("w"));
    return repmlp(prefix, input, partition, golden.argument("groups"), golden.arguments("k"));
  }

  /** A map of {@code in} channels cut into parts of {@code h x w}, each giving {@code out}. */
  private record Partition(int in, int out, int height, int width, int h, int w) {
    int rows() {
      return height / h;
    }

    int columns() {
      return width / w;
    }

    long[] parted(int channels) {
      return new long[] {-1, channels, rows(), h, columns(), w};
    }
  }

  /**
   * The global perceptron's number for each channel and part, added; then FC3 beside convolutions
   * of each part, all normalised and summed.
   */
  private String repmlp(
      String prefix, String input, Partition partition, int groups, int[] kernels) {
    String parts =
        graph.add(prefix + "split", Movement.Reshape.to(partition.parted(partition.in())), input);
    if (golden.has("train." + prefix + "avg.bn.weight")) {
      String global = globalPerceptron(prefix, input, partition);
      parts = graph.add(prefix + "global_sum", new Operator.Add(), parts, global);
    }
    parts = graph.add(prefix + "parts", Movement.Transpose.by(0, 2, 4, 1, 3, 5), parts);
    int area = partition.h() * partition.w();
    long[] apart = {
      -1, partition.rows(), partition.columns(), partition.out(), partition.h(), partition.w()
    };
    graph.add(
        prefix + "fc3_inputs", Movement.Reshape.to(-1, (long) partition.in() * area, 1, 1), parts);
    graph.add(
        prefix + "fc3", golden.conv(prefix + "fc3", Window.unit(), groups), prefix + "fc3_inputs");
    graph.add(
        prefix + "fc3_features",
        Movement.Reshape.to(-1, (long) partition.out() * area),
        prefix + "fc3");
    graph.add(prefix + "fc3_bn", golden.batchNorm(prefix + "fc3_bn"), prefix + "fc3_features");
    String sum = graph.add(prefix + "fc3_out", Movement.Reshape.to(apart), prefix + "fc3_bn");
    graph.add(
        prefix + "conv_inputs",
        Movement.Reshape.to(-1, partition.in(), partition.h(), partition.w()),
        parts);
    String local = "";
    for (int kernel : kernels) {
      String branch = prefix + "repconv" + kernel;
      convBatchNorm(branch, prefix + "conv_inputs", square(1, kernel / 2), groups);
      local =
          local.isEmpty() ? branch : graph.add(branch + "_sum", new Operator.Add(), local, branch);
    }
    graph.add(prefix + "conv_out", Movement.Reshape.to(apart), local);
    sum = graph.add(prefix + "sum", new Operator.Add(), sum, prefix + "conv_out");
    graph.add(prefix + "back", Movement.Transpose.by(0, 3, 1, 4, 2, 5), sum);
    return graph.add(
        prefix + "out",
        Movement.Reshape.to(-1, partition.out(), partition.height(), partition.width()),
        prefix + "back");
  }

  private String globalPerceptron(String prefix, String input, Partition partition) {
    int h = partition.h();
    int w = partition.w();
    graph.add(prefix + "avg", new Pooling.AveragePool(h, w, Window.strided(h, w), true), input);
    graph.add(prefix + "avg.bn", golden.batchNorm(prefix + "avg.bn"), prefix + "avg");
    long parts = (long) partition.in() * partition.rows() * partition.columns();
    graph.add(prefix + "means", Movement.Reshape.to(-1, parts), prefix + "avg.bn");
    graph.add(prefix + "fc1_fc2.fc1", golden.linear(prefix + "fc1_fc2.fc1"), prefix + "means");
    graph.add(prefix + "fc1_fc2.relu", new Unary.Relu(), prefix + "fc1_fc2.fc1");
    graph.add(
        prefix + "fc1_fc2.fc2", golden.linear(prefix + "fc1_fc2.fc2"), prefix + "fc1_fc2.relu");
    return graph.add(
        prefix + "global",
        Movement.Reshape.to(-1, partition.in(), partition.rows(), 1, partition.columns(), 1),
        prefix + "fc1_fc2.fc2");
  }

  /** {@code name.conv} and {@code name.bn}; the latter's value goes by {@code name}. */
  private void convBatchNorm(String name, String input, Window window, int group) {
    graph.add(name + ".conv", golden.conv(name + ".conv", window, group), input);
    graph.add(name, golden.batchNorm(name + ".bn"), name + ".conv");
  }

  private static Window square(int stride, int padding) {
    return new Window(stride, stride, 1, 1, padding, padding, padding, padding);
  }

  private Graph rectified(String value) {
    return graph.output(graph.add("y", new Unary.Relu(), value)).build();
  }
}
