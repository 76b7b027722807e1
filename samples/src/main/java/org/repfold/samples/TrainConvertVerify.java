package org.repfold.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.DeployForm;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.io.dl4j.Dl4jGraph;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.zoo.data.ImageBatches;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.repmlpnet.RepMLPNet;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.train.Trainer;
import org.repfold.zoo.train.TrainingProgress;
import org.repfold.zoo.train.TrainingRecipe;

/** Trains a tiny RepMLPNet, converts it, verifies the result, ships it, and predicts with it. */
public final class TrainConvertVerify {
  private TrainConvertVerify() {}

  /** Give the folder of IDX files ({@code data/fashion-mnist}) and the file to write. */
  public static void main(String[] arguments) throws IOException {
    Path data = Path.of(arguments[0]);
    Path deployed = Path.of(arguments[1]);
    LabelledImages training = LabelledImages.training(data).first(2000);
    LabelledImages test = LabelledImages.test(data).first(200);
    int[] predicted = run(training, test, deployed);
    int correct = 0;
    for (int i = 0; i < predicted.length; i++) {
      correct += predicted[i] == test.label(i) ? 1 : 0;
    }
    System.out.printf("%d of %d test images are right%n", correct, predicted.length);
  }

  /** The classes that the converted network predicts for the test images. */
  static int[] run(LabelledImages training, LabelledImages test, Path deployed) throws IOException {
    // 1. Train: one stage of one block on 7x7 maps, with parallel 1x1 and 3x3 convolutions.
    TrainingRecipe recipe = TrainingRecipe.demo(1).withEpochs(2);
    RepMLPNetConfiguration tiny =
        new RepMLPNetConfiguration(
            1,
            10,
            28,
            28,
            4,
            4,
            List.of(1),
            List.of(16),
            List.of(7),
            List.of(7),
            List.of(4),
            List.of(1, 3),
            4);
    ComputationGraph network = RepMLPNet.build(tiny, recipe.graphOptions(training.count()));
    new Trainer(network, recipe, training, test, null, TrainingProgress.SILENT).run();

    // 2. Convert: read the DL4J graph as operators and fold every branch and BatchNormalization,
    // each fold proved for all inputs where it is linear.
    Dl4jGraph trainForm = new Dl4jReader().read(network);
    Conversion conversion = Conversion.of(trainForm.graph(), Effort.ALL);
    conversion
        .folding()
        .steps()
        .forEach(step -> System.out.println(step.rule() + " -> " + step.result()));

    // 3. Verify: algebra in float64, rounding of every weight, behaviour against the float64 truth.
    DeployForm deploy =
        DeployForm.of(conversion, ModelFile.Format.DL4J, Optional.of(trainForm), Map.of());
    Verification verification =
        Verifier.verify(
            deploy.folding(), deploy.certificates(), deploy.shipped(), VerifyOptions.defaults());
    if (!verification.passed()) {
      throw new IllegalStateException("not equivalent: " + verification.failures());
    }

    // 4. Ship: a DL4J zip. ModelFile.Format.ONNX above would make it a model for ONNX Runtime.
    deploy.write(deployed, true);

    // 5. Predict, with nothing but DL4J and the layers on the class path.
    ComputationGraph shipped = ComputationGraph.load(deployed.toFile(), false);
    INDArray images = new ImageBatches(test, recipe.normalization()).range(0, test.count());
    return shipped.outputSingle(images).argMax(1).toIntVector();
  }
}
