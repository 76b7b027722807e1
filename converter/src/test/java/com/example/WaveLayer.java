package com.example;

import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that a user might have written: {@code x + amplitude * sin(frequency * x)}, with an
 * amplitude and a frequency for each channel of {@code [N, C, H, W]}.
 */
public final class WaveLayer extends SameDiffLayer {
  private static final long serialVersionUID = 1L;

  private long channels;

  /** For deserialisation. */
  public WaveLayer() {}

  public WaveLayer(long channels) {
    this.channels = channels;
  }

  public long getChannels() {
    return channels;
  }

  public void setChannels(long channels) {
    this.channels = channels;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("amplitude", 1, channels, 1, 1);
    params.addWeightParam("frequency", 1, channels, 1, 1);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.values().forEach(parameter -> parameter.assign(0.5));
  }

  @Override
  public SDVariable defineLayer(
      SameDiff graph, SDVariable input, Map<String, SDVariable> parameters, SDVariable mask) {
    SDVariable wave = graph.math().sin(input.mul(parameters.get("frequency")));
    return input.add(wave.mul(parameters.get("amplitude")));
  }
}
