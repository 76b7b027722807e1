package org.repfold.zoo.train;

import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.BadInputException;

/**
 * Counts correct predictions during training steps. DL4J does not hand out the output layer's
 * activations, so they are computed once more from its input: a tiny matrix product.
 */
final class ClassifierProbe extends BaseTrainingListener {
  private final String input;
  private final Layer output;
  private int[] expected;
  private int seen;
  private int correct;

  /**
   * A probe of the graph's only output.
   *
   * @throws BadInputException unless that is a classifier of flat features
   */
  ClassifierProbe(ComputationGraph graph) {
    String name = graph.getConfiguration().getNetworkOutputs().get(0);
    input = graph.getConfiguration().getVertexInputs().get(name).get(0);
    output = graph.getLayer(name);
    if (output == null || output.getParam(DefaultParamInitializer.WEIGHT_KEY) == null) {
      throw new BadInputException("output " + name + ": expected a classifier layer");
    }
  }

  /** Number of classes. */
  int classes() {
    return (int) output.getParam(DefaultParamInitializer.WEIGHT_KEY).size(1);
  }

  /** Starts counting anew. */
  void reset() {
    seen = 0;
    correct = 0;
  }

  /** The labels of the next step. */
  void expect(int[] labels) {
    expected = labels;
  }

  /** Share of correct predictions since the last reset. */
  double accuracy() {
    return seen == 0 ? 0 : (double) correct / seen;
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    INDArray features = activations.get(input);
    if (features == null || expected == null) {
      return;
    }
    INDArray logits =
        features
            .mmul(output.getParam(DefaultParamInitializer.WEIGHT_KEY))
            .addiRowVector(output.getParam(DefaultParamInitializer.BIAS_KEY));
    int[] predicted = logits.argMax(1).toIntVector();
    for (int i = 0; i < predicted.length; i++) {
      correct += predicted[i] == expected[i] ? 1 : 0;
    }
    seen += predicted.length;
  }
}
