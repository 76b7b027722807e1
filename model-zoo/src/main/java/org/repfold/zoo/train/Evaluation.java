package org.repfold.zoo.train;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.zoo.data.ImageBatches;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.data.Normalization;

/**
 * What a graph answers to a set of labelled images.
 *
 * @param predictions the class of the largest logit of each image
 * @param correct how many equal the label
 */
public record Evaluation(int[] predictions, int correct) {
  private static final int BATCH_SIZE = 250;

  /** Runs the graph on all images. */
  public static Evaluation of(
      ComputationGraph graph, LabelledImages images, Normalization normalization) {
    ImageBatches batches = new ImageBatches(images, normalization);
    int[] predictions = new int[images.count()];
    int correct = 0;
    for (int start = 0; start < images.count(); start += BATCH_SIZE) {
      int size = Math.min(BATCH_SIZE, images.count() - start);
      INDArray logits = graph.outputSingle(batches.range(start, size));
      int[] classes = logits.argMax(1).toIntVector();
      for (int i = 0; i < size; i++) {
        predictions[start + i] = classes[i];
        correct += classes[i] == images.label(start + i) ? 1 : 0;
      }
    }
    return new Evaluation(predictions, correct);
  }

  /** Share of correct predictions. */
  public double accuracy() {
    return (double) correct / predictions.length;
  }
}
