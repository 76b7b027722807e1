package org.repfold.converter.execute;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.ElementType;
import org.repfold.graph.Operator;
import org.repfold.graph.Window;

/**
 * Transposed convolution tap by tap: the map times the kernels' elements at one position, added
 * where this position falls, {@code stride} apart.
 */
final class TransposedConvolution {
  private TransposedConvolution() {}

  /** The result for {@code [N, C, H, W]}, without the bias: {@code [N, O, H', W']}. */
  static INDArray of(Operator.ConvTranspose conv, INDArray input, ElementType type) {
    Window window = conv.window();
    long[] maps = {conv.outputChannels(), input.size(0), input.size(2), input.size(3)};
    INDArray channelsFirst = NdArrays.copy(input.permute(1, 0, 2, 3));
    INDArray byGroup =
        channelsFirst.reshape(
            'c',
            new long[] {
              conv.group(), conv.inputChannels() / conv.group(), maps[1] * maps[2] * maps[3]
            });
    INDArray sum = Nd4j.zeros(input.dataType(), unpadded(conv, maps));
    for (int y = 0; y < conv.kernelHeight(); y++) {
      for (int x = 0; x < conv.kernelWidth(); x++) {
        INDArray kernels = kernels(conv, y, x, type);
        INDArray product = Nd4j.matmul(kernels, byGroup);
        long[] strides = {
          sum.stride(0),
          sum.stride(1),
          window.strideHeight() * sum.stride(2),
          window.strideWidth() * sum.stride(3)
        };
        long offset =
            y * window.dilationHeight() * sum.stride(2)
                + x * window.dilationWidth() * sum.stride(3);
        NdArrays.view(sum, offset, maps, strides).addi(product.reshape('c', maps));
        NdArrays.release(product);
        NdArrays.release(kernels);
      }
    }
    INDArray result = NdArrays.copy(withoutPadding(conv, maps, sum).permute(1, 0, 2, 3));
    NdArrays.release(sum);
    NdArrays.release(channelsFirst);
    return result;
  }

  /** {@code [O, N, H', W']} before the padding is cut off. */
  private static long[] unpadded(Operator.ConvTranspose conv, long[] maps) {
    Window window = conv.window();
    return new long[] {
      maps[0],
      maps[1],
      window.transposedHeight(maps[2], conv.kernelHeight()) + window.padTop() + window.padBottom(),
      window.transposedWidth(maps[3], conv.kernelWidth()) + window.padLeft() + window.padRight()
    };
  }

  private static INDArray withoutPadding(Operator.ConvTranspose conv, long[] maps, INDArray sum) {
    Window window = conv.window();
    long[] shape = {
      maps[0],
      maps[1],
      window.transposedHeight(maps[2], conv.kernelHeight()),
      window.transposedWidth(maps[3], conv.kernelWidth())
    };
    long offset = window.padTop() * sum.stride(2) + window.padLeft() * sum.stride(3);
    return NdArrays.view(sum, offset, shape, sum.stride());
  }

  /** The kernels' elements at one position, by group: {@code [G, O / G, C / G]}. */
  private static INDArray kernels(Operator.ConvTranspose conv, int y, int x, ElementType type) {
    INDArray weight = NdArrays.of(conv.weight(), type);
    long inputs = conv.inputChannels() / conv.group();
    long outputs = conv.outputChannels() / conv.group();
    INDArray kernels =
        NdArrays.copy(
            NdArrays.view(
                weight,
                (long) y * conv.kernelWidth() + x,
                new long[] {conv.group(), outputs, inputs},
                new long[] {inputs * weight.stride(0), weight.stride(1), weight.stride(0)}));
    NdArrays.release(weight);
    return kernels;
  }
}
