package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ConvolutionUtils;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.factory.Nd4j;

/** Computes {@link GroupedConvolution}: one convolution for each group. */
public class GroupedConvolutionLayer extends ParametricLayer<GroupedConvolution> {
  private static final long serialVersionUID = 1L;
  private static final int PADDING_AS_STATED = 0;
  private static final int NCHW = 0;

  /** libnd4j's code for weights {@code [nOut, nIn, kh, kw]}. */
  private static final int WEIGHT_LAYOUT = 1;

  public GroupedConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  INDArray forward(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    GroupedConvolution layer = layerConf();
    INDArray x = maps(input);
    int[] size =
        ConvolutionUtils.getOutputSize(
            x,
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getConvolutionMode(),
            layer.getDilation(),
            CNN2DFormat.NCHW);
    long[] shape = {x.size(0), layer.getNOut(), size[0], size[1]};
    INDArray output = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
    INDArray weight = copy(getParam(GroupedConvolution.WEIGHT));
    for (int group = 0; group < layer.getGroups(); group++) {
      long[] part = {x.size(0), layer.getNOut() / layer.getGroups(), size[0], size[1]};
      INDArray result = Nd4j.createUninitialized(dataType, part, 'c');
      Nd4j.exec(
          convolution("conv2d")
              .addInputs(copy(channels(x, group)), copy(rows(weight, group)))
              .addOutputs(result)
              .build());
      channels(output, group).assign(result);
    }
    if (hasBias()) {
      INDArray bias = getParam(GroupedConvolution.BIAS);
      Nd4j.getExecutioner().exec(new BroadcastAddOp(output, bias, output, 1));
    }
    return output;
  }

  @Override
  INDArray backward(INDArray input, INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    INDArray slope = copy(delta);
    INDArray x = maps(input);
    INDArray next =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, x.shape(), 'c');
    INDArray weight = copy(getParam(GroupedConvolution.WEIGHT));
    INDArray slopes = weight.ulike();
    for (int group = 0; group < layerConf().getGroups(); group++) {
      INDArray part = copy(channels(x, group));
      INDArray dx = part.ulike();
      INDArray dw = copy(rows(weight, group));
      Nd4j.exec(
          convolution("conv2d_bp")
              .addInputs(part, copy(rows(weight, group)), copy(channels(slope, group)))
              .addOutputs(dx, dw)
              .build());
      channels(next, group).assign(dx);
      rows(slopes, group).assign(dw);
    }
    slope(GroupedConvolution.WEIGHT).assign(slopes);
    if (hasBias()) {
      slope(GroupedConvolution.BIAS).assign(slope.sum(0, 2, 3));
    }
    return next;
  }

  private DynamicCustomOp.DynamicCustomOpsBuilder convolution(String name) {
    GroupedConvolution layer = layerConf();
    IntStream window =
        Stream.of(layer.getKernelSize(), layer.getStride(), layer.getPadding(), layer.getDilation())
            .flatMapToInt(Arrays::stream);
    IntStream layout = IntStream.of(PADDING_AS_STATED, NCHW, WEIGHT_LAYOUT);
    return DynamicCustomOp.builder(name)
        .addIntegerArguments(IntStream.concat(window, layout).toArray());
  }

  private INDArray maps(INDArray input) {
    if (input.rank() != 4 || input.size(1) != layerConf().getNIn()) {
      throw new DL4JInvalidInputException(
          "GroupedConvolution %s: expected maps of %d channels, found an array of shape %s"
              .formatted(
                  conf.getLayer().getLayerName(),
                  layerConf().getNIn(),
                  Arrays.toString(input.shape())));
    }
    return copy(input);
  }

  /**
   * A row-major copy. ND4J takes wrong parts of an array that is itself a part of another, as
   * parameters are.
   */
  private static INDArray copy(INDArray array) {
    return array.dup('c');
  }

  /** The group's part of {@code [nOut, nIn, kh, kw]}, a view. */
  private INDArray rows(INDArray weight, int group) {
    int groups = layerConf().getGroups();
    long[] shape = weight.shape();
    return weight
        .reshape('c', groups, shape[0] / groups, shape[1], shape[2], shape[3])
        .slice(group);
  }

  /** The group's part of a row-major {@code [N, C, H, W]}, a view. */
  private INDArray channels(INDArray map, int group) {
    int groups = layerConf().getGroups();
    long[] shape = map.shape();
    return map.reshape('c', shape[0], groups, shape[1] / groups, shape[2], shape[3])
        .slice(group, 1);
  }
}
