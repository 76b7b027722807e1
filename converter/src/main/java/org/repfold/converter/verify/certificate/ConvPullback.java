package org.repfold.converter.verify.certificate;

import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/** Of a convolution, or of a dense layer as a convolution of maps of 1 x 1. */
final class ConvPullback implements Pullback {
  private final Tensor weight;
  private final Window window;
  private final int kernelHeight;
  private final int kernelWidth;
  private final int groupInputs;
  private final int groupOutputs;
  private final int inputs;
  private final int outputs;
  private final int height;
  private final int width;
  private final int outputHeight;
  private final int outputWidth;
  private final double[] kernels;
  private int loaded = -1;

  /**
   * @param input {@code [N, C, H, W]}
   * @param output {@code [N, O, H', W']}
   */
  ConvPullback(Operator.Conv conv, Shape input, Shape output) {
    weight = conv.weight();
    window = conv.window();
    kernelHeight = conv.kernelHeight();
    kernelWidth = conv.kernelWidth();
    inputs = conv.inputChannels();
    outputs = conv.outputChannels();
    groupInputs = inputs / conv.group();
    groupOutputs = outputs / conv.group();
    height = Math.toIntExact(input.dimension(2));
    width = Math.toIntExact(input.dimension(3));
    outputHeight = Math.toIntExact(output.dimension(2));
    outputWidth = Math.toIntExact(output.dimension(3));
    kernels = new double[groupInputs * kernelHeight * kernelWidth];
  }

  @Override
  public long pull(Row result, Row operand) {
    boolean isDense = height * width == 1 && kernelHeight * kernelWidth == 1 && window.isUnpadded();
    long pulled = 0;
    for (int block = 0; block < result.blocks(); block++) {
      for (int i = result.from(block); i < result.to(block); i++) {
        if (result.magnitudes[i] == 0) {
          continue;
        }
        int channel = i / (outputHeight * outputWidth);
        load(channel % outputs);
        int first = channel / outputs * inputs + channel % outputs / groupOutputs * groupInputs;
        double factor = result.factors[i];
        double magnitude = result.magnitudes[i];
        if (isDense) {
          operand.add(first, kernels, 0, groupInputs, factor, magnitude);
        } else {
          int top = i / outputWidth % outputHeight * window.strideHeight() - window.padTop();
          int left = i % outputWidth * window.strideWidth() - window.padLeft();
          pull(operand, first, top, left, factor, magnitude);
        }
        pulled += kernels.length;
      }
    }
    return pulled;
  }

  private void load(int output) {
    if (output != loaded) {
      weight.copyTo(kernels, output * kernels.length, kernels.length);
      loaded = output;
    }
  }

  private void pull(Row operand, int first, int top, int left, double factor, double magnitude) {
    for (int channel = 0; channel < groupInputs; channel++) {
      for (int ky = 0; ky < kernelHeight; ky++) {
        int y = top + ky * window.dilationHeight();
        if (y >= 0 && y < height) {
          int row = ((first + channel) * height + y) * width;
          int taps = (channel * kernelHeight + ky) * kernelWidth;
          pullRow(operand, row, left, taps, factor, magnitude);
        }
      }
    }
  }

  private void pullRow(Row operand, int row, int left, int taps, double factor, double magnitude) {
    if (window.dilationWidth() == 1) {
      int from = Math.max(0, -left);
      int to = Math.min(kernelWidth, width - left);
      operand.add(row + left + from, kernels, taps + from, to - from, factor, magnitude);
      return;
    }
    for (int kx = 0; kx < kernelWidth; kx++) {
      int x = left + kx * window.dilationWidth();
      if (x >= 0 && x < width) {
        operand.add(row + x, factor * kernels[taps + kx], magnitude * Math.abs(kernels[taps + kx]));
      }
    }
  }

  @Override
  public int terms() {
    return groupOutputs * kernelHeight * kernelWidth;
  }
}
