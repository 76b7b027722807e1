package org.repfold.zoo.data;

import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Turns images into float32 batches {@code [N, 1, H, W]} and one-hot labels {@code [N, K]}. */
public final class ImageBatches {
  /** Separates the streams of consecutive epochs; any odd constant does. */
  private static final long EPOCH_STRIDE = 0x9E3779B97F4A7C15L;

  private final LabelledImages images;
  private final float[] table;

  public ImageBatches(LabelledImages images, Normalization normalization) {
    this.images = images;
    this.table = normalization.table();
  }

  /** One batch. */
  public record Batch(INDArray features, INDArray labels, int[] classes) {}

  /** The order of all images in an epoch: a permutation that seed and epoch determine. */
  public int[] order(long seed, int epoch) {
    SplittableRandom random = new SplittableRandom(seed + EPOCH_STRIDE * epoch);
    int[] order = new int[images.count()];
    for (int i = 0; i < order.length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  /** An augmented training batch; the given stream determines the changes. */
  public Batch training(
      int[] order, int start, int size, int classes, Augmentation augmentation, long stream) {
    SplittableRandom random = new SplittableRandom(stream);
    float[] values = new float[size * images.height() * images.width()];
    float[] labels = new float[size * classes];
    int[] truth = new int[size];
    for (int i = 0; i < size; i++) {
      int index = order[start + i];
      augmentation.apply(
          images, index, random, table, values, i * images.height() * images.width());
      truth[i] = images.label(index);
      labels[i * classes + truth[i]] = 1;
    }
    return new Batch(
        features(values, size), Nd4j.createFromArray(labels).reshape(size, classes), truth);
  }

  /** Images {@code start} to {@code start + size} as they are. */
  public INDArray range(int start, int size) {
    int area = images.height() * images.width();
    float[] values = new float[size * area];
    for (int i = 0; i < values.length; i++) {
      values[i] = table[images.pixels()[start * area + i] & 0xff];
    }
    return features(values, size);
  }

  private INDArray features(float[] values, int size) {
    return Nd4j.createFromArray(values).reshape(size, 1, images.height(), images.width());
  }
}
