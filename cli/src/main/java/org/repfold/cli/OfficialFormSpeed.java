package org.repfold.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Form;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.catalog.Architecture;

/**
 * Measures what folding gains over the official conversion: RepMLPNet-T224 in ONNX Runtime, in
 * Repfold's deploy form and in the official one, which has FC3 as a grouped 1 x 1 convolution and
 * keeps all other BatchNormalizations, as PyTorch exports it. A program of its own, which {@code
 * scripts/t224-speed} runs.
 */
final class OfficialFormSpeed {
  private static final String NETWORK = "repmlpnet_t224";
  private static final int THREADS = 2;
  private static final int[] BATCHES = {1, 8};
  private static final int TURNS = 15;

  /** At each batch size, where the machine is slow. */
  private static final long LONGEST_NANOS = 120_000_000_000L;

  /** What two float32 forms of the network may differ by, relative to the largest output. */
  private static final double SAME = 1e-4;

  private OfficialFormSpeed() {}

  /** Prints one line for each batch size; fails if the two forms do not compute the same. */
  public static void main(String[] arguments) {
    Architecture network = Architecture.find(NETWORK);
    Graph train = network.graph(Form.TRAIN, weights(network));
    Graph official = Conversion.of(train, network.family().officialFolds(), Effort.NONE).folded();
    Graph deploy = Conversion.of(train).deploy();
    print("%s, weights drawn at random, on ONNX Runtime with %d threads", NETWORK, THREADS);
    print("%s", Machine.description());
    print("official deploy form  %s", official.operatorCounts());
    print("Repfold's deploy form %s", deploy.operatorCounts());
    print("%5s  %24s  %24s  %20s  %4s", "batch", "official", "Repfold", "ratio", "runs");
    try (OnnxRuntimeEngine slow = OnnxRuntimeEngine.of(official, THREADS);
        OnnxRuntimeEngine fast = OnnxRuntimeEngine.of(deploy, THREADS)) {
      List<Latency.Contender> contenders =
          List.of(new Latency.Contender("official", slow), new Latency.Contender("deploy", fast));
      for (int batch : BATCHES) {
        INDArray images = images(train.inputs().get(0).shape().with(0, batch));
        requireSame(NdArrays.toDoubles(slow.run(images)), NdArrays.toDoubles(fast.run(images)));
        List<double[]> times = Latency.times(contenders, images, TURNS, LONGEST_NANOS);
        double[] ratios = new double[times.get(0).length];
        Arrays.setAll(ratios, run -> times.get(0)[run] / times.get(1)[run]);
        print(
            "%5d  %24s  %24s  %20s  %4d",
            batch,
            spread(times.get(0), " ms"),
            spread(times.get(1), " ms"),
            spread(ratios, "x"),
            ratios.length);
      }
    }
    print(
        "median (quartiles) of runs; the forms take turns of five runs, after a pause and one that does not count; ratio: run by run");
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }

  private static String spread(double[] values, String unit) {
    return String.format(
        Locale.ROOT,
        "%.2f%s (%.2f-%.2f)",
        Latency.quantile(values, 0.5),
        unit,
        Latency.quantile(values, 0.25),
        Latency.quantile(values, 0.75));
  }

  /** Of the size that training gives them, so that no value overflows or vanishes on its way. */
  private static Map<String, Tensor> weights(Architecture network) {
    Random random = new Random(1);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    OfficialTensors.of(network.configuration(), Form.TRAIN)
        .forEach(
            (name, shape) -> {
              float[] values = new float[Math.toIntExact(shape.elements())];
              double fanIn = shape.elements() / (double) shape.dimension(0);
              for (int i = 0; i < values.length; i++) {
                values[i] =
                    (float)
                        (shape.rank() > 1
                            ? random.nextGaussian() / Math.sqrt(fanIn)
                            : vectorElement(name, random));
              }
              weights.put(name, Tensor.of(shape, values));
            });
    return weights;
  }

  /** An element of a bias, or of a BatchNormalization's scale, shift, mean or variance. */
  private static double vectorElement(String name, Random random) {
    if (name.endsWith("running_var") || name.endsWith("weight")) {
      return 0.5 + random.nextDouble();
    }
    return 0.1 * random.nextGaussian();
  }

  private static INDArray images(Shape shape) {
    Random random = new Random(2);
    float[] pixels = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return NdArrays.of(pixels, shape.toArray());
  }

  private static void requireSame(double[] official, double[] deploy) {
    double largest = Arrays.stream(official).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < official.length; i++) {
      if (!(Math.abs(official[i] - deploy[i]) <= SAME * largest)) {
        throw new IllegalStateException(
            "output "
                + i
                + ": expected the same of both forms, found "
                + official[i]
                + " and "
                + deploy[i]);
      }
    }
  }
}
