package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.SelfDescribing;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Operator;

/**
 * {@code y = scale * x + bias} on a map {@code [N, C, H, W]}, with parameters that are the same for
 * every example: {@code scale} and {@code bias}, each of shape {@code [1, C, 1, 1]} or {@code [1,
 * C, H, W]}, either of them absent. It is what remains of a BatchNorm that a following operator
 * cannot absorb (docs: the fold algebra, "BN -> shared FC").
 */
public final class ConstantAffine extends BaseLayer implements SelfDescribing {
  /** Key of the factor. */
  public static final String SCALE = "scale";

  /** Key of the summand. */
  public static final String BIAS = "bias";

  private static final long serialVersionUID = 1L;

  private long[] scaleShape;
  private long[] biasShape;

  /** For deserialisation. */
  public ConstantAffine() {}

  private ConstantAffine(Builder builder) {
    super(builder);
    scaleShape = builder.scaleShape;
    biasShape = builder.biasShape;
    for (long[] shape : new long[][] {scaleShape, biasShape}) {
      if (shape != null && (shape.length != 4 || shape[0] != 1)) {
        throw new IllegalArgumentException(
            "ConstantAffine %s: expected a shape [1, C, 1, 1] or [1, C, H, W], found %s"
                .formatted(layerName, Arrays.toString(shape)));
      }
    }
    initializeConstraints(builder);
  }

  /** Shape of the scale, or null when there is none. */
  public long[] getScaleShape() {
    return scaleShape;
  }

  public void setScaleShape(long[] scaleShape) {
    this.scaleShape = scaleShape;
  }

  /** Shape of the bias, or null when there is none. */
  public long[] getBiasShape() {
    return biasShape;
  }

  public void setBiasShape(long[] biasShape) {
    this.biasShape = biasShape;
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    ConstantAffineLayer layer = new ConstantAffineLayer(conf, networkDataType);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    Map<String, INDArray> table = initializer().init(conf, layerParamsView, initializeParams);
    layer.setParamTable(table);
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    NamedParameters.Builder parameters = new NamedParameters.Builder();
    if (scaleShape != null) {
      parameters.add(SCALE, NamedParameters.Role.CONSTANT, 1, scaleShape);
    }
    if (biasShape != null) {
      parameters.add(BIAS, NamedParameters.Role.BIAS, 0, biasShape);
    }
    return parameters.build((conf, parameter, view) -> {});
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    long[] map = inputType.getShape(true);
    for (long[] shape : new long[][] {scaleShape, biasShape}) {
      boolean fits =
          shape == null
              || map.length == 4
                  && shape[1] == map[1]
                  && (shape[2] == map[2] && shape[3] == map[3] || shape[2] * shape[3] == 1);
      if (!fits) {
        throw new IllegalStateException(
            "ConstantAffine %s: a parameter of shape %s does not fit the input %s"
                .formatted(layerName, Arrays.toString(shape), inputType));
      }
    }
    return inputType;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    // The shapes of the parameters are given, none is inferred.
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public boolean isPretrainParam(String paramName) {
    return false;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long parameters = initializer().numParams(this);
    return new LayerMemoryReport.Builder(layerName, ConstantAffine.class, inputType, inputType)
        .standardMemory(parameters, getIUpdater().stateSize(parameters))
        .workingMemory(0, 0, 0, inputType.arrayElementsPerExample())
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof ConstantAffine that
        && Arrays.equals(scaleShape, that.scaleShape)
        && Arrays.equals(biasShape, that.biasShape);
  }

  @Override
  public int hashCode() {
    return super.hashCode() + 31 * Arrays.hashCode(scaleShape) + 17 * Arrays.hashCode(biasShape);
  }

  @Override
  public String describe(VertexBuilder vertex) {
    String value = vertex.input();
    if (scaleShape != null) {
      String scale = vertex.add(SCALE, new Operator.Constant(vertex.parameter(SCALE)));
      value = vertex.add("mul", new Operator.Mul(), value, scale);
    }
    if (biasShape != null) {
      String bias = vertex.add(BIAS, new Operator.Constant(vertex.parameter(BIAS)));
      value = vertex.add("add", new Operator.Add(), value, bias);
    }
    return value;
  }

  @Override
  public String toString() {
    return "ConstantAffine(scale=%s, bias=%s)"
        .formatted(Arrays.toString(scaleShape), Arrays.toString(biasShape));
  }

  /** Builds the layer; at least one shape should be given. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends BaseLayer.Builder<Builder> {
    private long[] scaleShape;
    private long[] biasShape;

    public Builder() {
      activation(new ActivationIdentity());
    }

    /** Shape of the scale: {@code [1, C, 1, 1]} or {@code [1, C, H, W]}. */
    public Builder scale(long... shape) {
      scaleShape = shape.clone();
      return this;
    }

    /** Shape of the bias: {@code [1, C, 1, 1]} or {@code [1, C, H, W]}. */
    public Builder bias(long... shape) {
      biasShape = shape.clone();
      return this;
    }

    @Override
    public ConstantAffine build() {
      return new ConstantAffine(this);
    }
  }
}
