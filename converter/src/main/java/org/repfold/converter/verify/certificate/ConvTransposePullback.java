package org.repfold.converter.verify.certificate;

import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Of a transposed convolution. */
final class ConvTransposePullback implements Pullback {
  private final Operator.ConvTranspose conv;
  private final int groupInputs;
  private final int groupOutputs;
  private final int height;
  private final int width;
  private final int outputHeight;
  private final int outputWidth;

  /**
   * @param input {@code [N, C, H, W]}
   * @param output {@code [N, O, H', W']}
   */
  ConvTransposePullback(Operator.ConvTranspose conv, Shape input, Shape output) {
    this.conv = conv;
    groupInputs = conv.inputChannels() / conv.group();
    groupOutputs = conv.outputChannels() / conv.group();
    height = Math.toIntExact(input.dimension(2));
    width = Math.toIntExact(input.dimension(3));
    outputHeight = Math.toIntExact(output.dimension(2));
    outputWidth = Math.toIntExact(output.dimension(3));
  }

  @Override
  public long pull(Row result, Row operand) {
    long pulled = 0;
    for (int block = 0; block < result.blocks(); block++) {
      for (int i = result.from(block); i < result.to(block); i++) {
        if (result.magnitudes[i] != 0) {
          pull(operand, i, result.factors[i], result.magnitudes[i]);
          pulled += (long) groupInputs * conv.kernelHeight() * conv.kernelWidth();
        }
      }
    }
    return pulled;
  }

  private void pull(Row operand, int element, double factor, double magnitude) {
    Window window = conv.window();
    int channel = element / (outputHeight * outputWidth);
    int output = channel % conv.outputChannels();
    int sample = channel / conv.outputChannels();
    int bottom = element / outputWidth % outputHeight + window.padTop();
    int right = element % outputWidth + window.padLeft();
    for (int i = 0; i < groupInputs; i++) {
      int input = output / groupOutputs * groupInputs + i;
      int kernel = input * groupOutputs + output % groupOutputs;
      for (int ky = 0; ky < conv.kernelHeight(); ky++) {
        int y = position(bottom - ky * window.dilationHeight(), window.strideHeight(), height);
        for (int kx = 0; y >= 0 && kx < conv.kernelWidth(); kx++) {
          int x = position(right - kx * window.dilationWidth(), window.strideWidth(), width);
          if (x >= 0) {
            double weight =
                conv.weight().get((kernel * conv.kernelHeight() + ky) * conv.kernelWidth() + kx);
            operand.add(
                ((sample * conv.inputChannels() + input) * height + y) * width + x,
                factor * weight,
                magnitude * Math.abs(weight));
          }
        }
      }
    }
  }

  /** The position that was laid at the given place, or -1. */
  private static int position(int place, int stride, int size) {
    return place >= 0 && place % stride == 0 && place / stride < size ? place / stride : -1;
  }

  @Override
  public int terms() {
    return groupOutputs * conv.kernelHeight() * conv.kernelWidth();
  }
}
