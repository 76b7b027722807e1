package org.repfold.converter.execute;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.repfold.graph.ElementType;
import org.repfold.graph.Operator;
import org.repfold.graph.Window;

/**
 * Convolution as one matrix product per group, of the kernels with the columns of the map that they
 * meet (im2col; Chellapilla et al. 2006). Samples are taken in turns such that the columns stay
 * small.
 */
final class Convolution {
  private static final long COLUMN_ELEMENTS = 1L << 23;

  private final Operator.Conv conv;
  private final INDArray kernels;

  private Convolution(Operator.Conv conv, INDArray kernels) {
    this.conv = conv;
    this.kernels = kernels;
  }

  /** The convolution of {@code [N, C, H, W]}, without the bias: {@code [N, O, H', W']}. */
  static INDArray of(Operator.Conv conv, INDArray input, ElementType type) {
    long outputsOfGroup = conv.outputChannels() / conv.group();
    long taps = conv.weight().size() / conv.outputChannels();
    INDArray weight = NdArrays.of(conv.weight(), type);
    INDArray kernels = weight.reshape('c', new long[] {conv.group(), outputsOfGroup, taps});
    INDArray result = new Convolution(conv, kernels).apply(input);
    NdArrays.release(weight);
    return result;
  }

  private INDArray apply(INDArray input) {
    Window window = conv.window();
    long samples = input.size(0);
    long height = window.outputHeight(input.size(2), conv.kernelHeight());
    long width = window.outputWidth(input.size(3), conv.kernelWidth());
    long columnsOfSample =
        input.size(1) * conv.kernelHeight() * conv.kernelWidth() * height * width;
    long turn = Math.max(1, COLUMN_ELEMENTS / Math.max(1, columnsOfSample));
    INDArray result =
        Nd4j.createUninitialized(
            input.dataType(), new long[] {samples, conv.outputChannels(), height, width}, 'c');
    if (conv.isPointwise() && conv.group() == 1 && height * width > 1) {
      multiplySamples(input, result);
      return result;
    }
    INDArray padded = padded(input);
    for (long first = 0; first < samples; first += turn) {
      long last = Math.min(samples, first + turn);
      INDArray product = convolve(padded, first, last - first, height, width);
      INDArray channelsFirst =
          product.reshape('c', new long[] {conv.outputChannels(), last - first, height, width});
      result.get(NDArrayIndex.interval(first, last)).assign(channelsFirst.permute(1, 0, 2, 3));
      NdArrays.release(product);
    }
    if (padded != input) {
      NdArrays.release(padded);
    }
    return result;
  }

  /** What a 1x1 kernel meets is the map itself, so that no columns are needed. */
  private void multiplySamples(INDArray input, INDArray result) {
    INDArray kernel = matrix(kernels, 0);
    for (long sample = 0; sample < input.size(0); sample++) {
      Nd4j.gemm(kernel, matrix(input, sample), matrix(result, sample), false, false, 1, 0);
    }
  }

  /** One slice along the first axis, as a view with all axes but its first merged. */
  private static INDArray matrix(INDArray array, long index) {
    INDArray slice = array.slice(index);
    return slice.reshape('c', new long[] {slice.size(0), slice.length() / slice.size(0)});
  }

  /** Some samples' result by group: {@code [G, O / G, N * H' * W']}. */
  private INDArray convolve(INDArray padded, long first, long count, long height, long width) {
    INDArray columns = columns(padded, first, count, height, width);
    INDArray matrices =
        columns.reshape('c', new long[] {conv.group(), kernels.size(2), count * height * width});
    INDArray product = Nd4j.matmul(kernels, matrices);
    NdArrays.release(columns);
    return product;
  }

  /** What each tap meets at each position: {@code [C, kh, kw, N, H', W']}. */
  private INDArray columns(INDArray padded, long first, long count, long height, long width) {
    Window window = conv.window();
    long sample = padded.stride(0);
    long channel = padded.stride(1);
    long row = padded.stride(2);
    long column = padded.stride(3);
    INDArray view =
        NdArrays.view(
            padded,
            first * sample,
            new long[] {
              padded.size(1), conv.kernelHeight(), conv.kernelWidth(), count, height, width
            },
            new long[] {
              channel,
              window.dilationHeight() * row,
              window.dilationWidth() * column,
              sample,
              window.strideHeight() * row,
              window.strideWidth() * column
            });
    return NdArrays.copy(view);
  }

  private INDArray padded(INDArray input) {
    Window window = conv.window();
    if (window.isUnpadded()) {
      return input;
    }
    long height = input.size(2);
    long width = input.size(3);
    INDArray padded =
        Nd4j.zeros(
            input.dataType(),
            input.size(0),
            input.size(1),
            window.padTop() + height + window.padBottom(),
            window.padLeft() + width + window.padRight());
    padded
        .get(
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.interval(window.padTop(), window.padTop() + height),
            NDArrayIndex.interval(window.padLeft(), window.padLeft() + width))
        .assign(input);
    return padded;
  }
}
