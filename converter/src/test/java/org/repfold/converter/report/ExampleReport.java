package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceEngine;
import org.repfold.converter.verify.LabelledData;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;

/** A report of a real conversion; what is not measured here is made up. */
final class ExampleReport {
  private static final int IMAGES = 24;

  private ExampleReport() {}

  static Report of(Graph train) {
    Conversion conversion = Conversion.of(train, Effort.ALL);
    return of(conversion, conversion.deploy());
  }

  static Report of(Conversion conversion, Graph deploy) {
    Graph train = conversion.folding().source();
    INDArray images = images();
    Engine truth = new ReferenceEngine(train, ElementType.FLOAT64);
    LabelledData data = new LabelledData("noise", images, labels(truth.run(images)));
    Verification verification =
        Verifier.verify(
            conversion,
            deploy,
            VerifyOptions.defaults()
                .withData(data)
                .withEngines(
                    List.of(named("dl4j", train), named("nd4j", train)),
                    List.of(
                        named("onnxruntime", deploy),
                        named("dl4j", deploy),
                        named("nd4j", deploy))));
    OutputDifferences differences =
        OutputDifferences.measure(
            "noise", images, 20, truth, named("nd4j", train), named("nd4j", deploy));
    return Report.of(conversion, verification, provenance(conversion), differences, timings());
  }

  private static Engine named(String name, Graph graph) {
    Engine engine = new ReferenceEngine(graph, ElementType.FLOAT32);
    return new Engine() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<INDArray> run(List<INDArray> batches) {
        return engine.run(batches);
      }
    };
  }

  private static INDArray images() {
    Random random = new Random(3);
    float[] values = new float[IMAGES * ExampleNet.SIZE * ExampleNet.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return NdArrays.of(values, IMAGES, 1, ExampleNet.SIZE, ExampleNet.SIZE);
  }

  /** The truth's own classes, but for one in eight. */
  private static int[] labels(INDArray output) {
    int[] labels = output.argMax(1).toIntVector();
    for (int i = 0; i < labels.length; i += 8) {
      labels[i] = (labels[i] + 1) % ExampleNet.CLASSES;
    }
    return labels;
  }

  private static Provenance provenance(Conversion conversion) {
    return new Provenance(
        List.of(
            new Provenance.File("train.zip", "train form (DL4J)", "0a1b".repeat(16)),
            new Provenance.File("deploy.onnx", "deploy form (ONNX)", "c2d3".repeat(16)),
            new Provenance.File("deploy.zip", "deploy form (DL4J)", "e4f5".repeat(16))),
        "0.1.0",
        conversion.rules(),
        1,
        "CPU (OpenBLAS)",
        List.of("avx2", "fma"),
        2,
        "repfold convert train.zip -o deploy.onnx");
  }

  private static Timings timings() {
    List<Timings.Epoch> epochs = new ArrayList<>();
    for (int epoch = 1; epoch <= 12; epoch++) {
      double left = Math.exp(-epoch / 3.0);
      epochs.add(
          new Timings.Epoch(
              epoch, 0.62 + 1.2 * left, 0.91 - 0.35 * left, 0.885 - 0.3 * left, 14.5));
    }
    return new Timings(
        List.of(
            new Timings.Speed("train", "dl4j", 1, 6.84, 8.3, 200),
            new Timings.Speed("deploy", "dl4j", 1, 1.97, 2.4, 200),
            new Timings.Speed("deploy", "onnxruntime", 1, 0.21, 0.26, 500),
            new Timings.Speed("train", "dl4j", 8, 18.2, 21.9, 100),
            new Timings.Speed("deploy", "dl4j", 8, 5.02, 6.1, 100),
            new Timings.Speed("deploy", "onnxruntime", 8, 1.05, 1.3, 300)),
        epochs,
        java.util.Map.of());
  }
}
