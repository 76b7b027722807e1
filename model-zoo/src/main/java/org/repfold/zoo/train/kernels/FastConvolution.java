package org.repfold.zoo.train.kernels;

import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.BIAS_KEY;
import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.WEIGHT_KEY;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution whose kernels tile the map (stride = kernel, no padding), 1 x 1 included: one
 * matrix product of {@code W [O, I * kh * kw]} and the tiles {@code [I * kh * kw, N * oh * ow]}.
 */
final class FastConvolution extends ConvolutionLayer {
  private static final long serialVersionUID = 1L;

  FastConvolution(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(org.deeplearning4j.nn.conf.layers.ConvolutionLayer conf) {
    return conf.getClass() == org.deeplearning4j.nn.conf.layers.ConvolutionLayer.class
        && Arrays.equals(conf.getKernelSize(), conf.getStride())
        && Arrays.stream(conf.getPadding()).allMatch(p -> p == 0)
        && Arrays.stream(conf.getDilation()).allMatch(d -> d == 1)
        && conf.getConvolutionMode() == ConvolutionMode.Truncate
        && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && conf.getActivationFn() instanceof ActivationIdentity
        && conf.getIDropout() == null;
  }

  private int kernelHeight() {
    return layerConf().getKernelSize()[0];
  }

  private int kernelWidth() {
    return layerConf().getKernelSize()[1];
  }

  private boolean isPointwise() {
    return kernelHeight() == 1 && kernelWidth() == 1;
  }

  private boolean tilesExactly() {
    return input.size(2) % kernelHeight() == 0 && input.size(3) % kernelWidth() == 0;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!tilesExactly()) {
      return super.activate(training, workspaces);
    }
    INDArray weight = weightMatrix(getParam(WEIGHT_KEY));
    INDArray y =
        ChannelMajor.create(
            workspaces,
            ArrayType.ACTIVATIONS,
            input.size(0),
            weight.size(0),
            input.size(2) / kernelHeight(),
            input.size(3) / kernelWidth());
    INDArray out = ChannelMajor.matrix(y);
    RowMajor.multiply(weight, false, tiles(), false, out);
    if (hasBias()) {
      out.addiColumnVector(getParam(BIAS_KEY).reshape(out.size(0), 1));
    }
    return y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (!tilesExactly()) {
      return super.backpropGradient(epsilon, workspaces);
    }
    INDArray dy = ChannelMajor.matrix(epsilon);
    Gradient gradient = new DefaultGradient();
    if (hasBias()) {
      INDArray view = gradientViews.get(BIAS_KEY);
      view.assign(dy.sum(1).reshape(view.shape()));
      gradient.setGradientFor(BIAS_KEY, view);
    }
    INDArray view = gradientViews.get(WEIGHT_KEY);
    RowMajor.multiply(dy, false, tiles(), true, weightMatrix(view));
    gradient.setGradientFor(WEIGHT_KEY, view, 'c');

    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    INDArray weight = weightMatrix(getParam(WEIGHT_KEY));
    if (isPointwise()) {
      RowMajor.multiply(weight, true, dy, false, ChannelMajor.matrix(next));
    } else {
      INDArray dTiles = Nd4j.createUninitialized(DataType.FLOAT, weight.size(1), dy.size(1));
      RowMajor.multiply(weight, true, dy, false, dTiles);
      moveTiles(dTiles, next, false);
    }
    return new Pair<>(gradient, next);
  }

  private static INDArray weightMatrix(INDArray weight) {
    return weight.reshape('c', weight.size(0), weight.length() / weight.size(0));
  }

  /** The input as {@code [I * kh * kw, N * oh * ow]}. */
  private INDArray tiles() {
    if (isPointwise()) {
      return ChannelMajor.matrix(input);
    }
    long rows = input.size(1) * kernelHeight() * kernelWidth();
    INDArray tiles = Nd4j.createUninitialized(DataType.FLOAT, rows, input.length() / rows);
    moveTiles(tiles, input, true);
    return tiles;
  }

  /** Copies a map into its tiles, or tiles back into their map. */
  private void moveTiles(INDArray tiles, INDArray map, boolean intoTiles) {
    int channels = (int) map.size(1);
    int rows = (int) (map.size(0) * map.size(2));
    int height = (int) map.size(2);
    int columns = (int) map.size(3) / kernelWidth();
    int tileRow = (int) tiles.size(1);
    float[] ofMap = ChannelMajor.scratch(0, map.length());
    float[] ofTiles = ChannelMajor.scratch(1, map.length());
    if (intoTiles) {
      ChannelMajor.readContiguous(ChannelMajor.matrix(map), ofMap);
    } else {
      ChannelMajor.readContiguous(tiles, ofTiles);
    }
    Parallel.each(
        channels,
        c -> {
          int at = c * rows * columns * kernelWidth();
          for (int row = 0; row < rows; row++) {
            int kernelRow = row % height % kernelHeight();
            int tileStart =
                (c * kernelHeight() + kernelRow) * kernelWidth() * tileRow
                    + row / kernelHeight() * columns;
            for (int x = 0; x < columns; x++) {
              for (int k = 0; k < kernelWidth(); k++) {
                int inTile = tileStart + k * tileRow + x;
                if (intoTiles) {
                  ofTiles[inTile] = ofMap[at++];
                } else {
                  ofMap[at++] = ofTiles[inTile];
                }
              }
            }
          }
        });
    if (intoTiles) {
      ChannelMajor.writeContiguous(ofTiles, tiles);
    } else {
      ChannelMajor.write(ofMap, map);
    }
  }
}
