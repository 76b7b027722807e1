package org.repfold.converter.io.dl4j.layers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of a layer as an ordered list of names and C-order shapes. They lie one after the
 * other in DL4J's flat parameter array, in the order of the list.
 */
final class NamedParameters implements ParamInitializer {
  /** Key of a layer's only weight. */
  static final String WEIGHT = DefaultParamInitializer.WEIGHT_KEY;

  /** Key of a layer's only bias. */
  static final String BIAS = DefaultParamInitializer.BIAS_KEY;

  /** What DL4J's updaters need to know of a parameter: weight decay applies to weights alone. */
  enum Role {
    WEIGHT,
    BIAS,
    CONSTANT
  }

  /** One parameter: its key in DL4J's parameter table, its shape, and its starting value. */
  record Parameter(String key, Role role, double initialValue, long... shape) {
    long length() {
      long length = 1;
      for (long size : shape) {
        length *= size;
      }
      return length;
    }
  }

  private final List<Parameter> parameters;
  private final Initializer weights;

  /** Fills a weight's view at initialisation; biases and constants take their initial value. */
  interface Initializer {
    void fill(NeuralNetConfiguration conf, Parameter parameter, INDArray view);
  }

  NamedParameters(List<Parameter> parameters, Initializer weights) {
    this.parameters = List.copyOf(parameters);
    this.weights = weights;
  }

  /**
   * A weight, and perhaps a bias {@code [nOut]}.
   *
   * @param in how many values one output depends on
   * @param out how many values depend on one input
   * @param shape of the weight
   */
  static NamedParameters weightAndBias(
      FeedForwardLayer layer, boolean hasBias, double in, double out, long... shape) {
    Builder parameters = new Builder().add(WEIGHT, Role.WEIGHT, 0, shape);
    if (hasBias) {
      parameters.add(BIAS, Role.BIAS, layer.getBiasInit(), layer.getNOut());
    }
    return parameters.build(
        (conf, parameter, view) ->
            layer
                .getWeightInitFn()
                .init(in, out, parameter.shape(), 'c', view.reshape(view.length())));
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return parameters.stream().mapToLong(Parameter::length).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return parameters.stream().map(Parameter::key).toList();
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return keys(Role.WEIGHT);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return keys(Role.BIAS);
  }

  private List<String> keys(Role role) {
    return parameters.stream().filter(p -> p.role() == role).map(Parameter::key).toList();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    Map<String, INDArray> table = Collections.synchronizedMap(views(paramsView));
    List<String> variables = conf.variables(false);
    for (Parameter parameter : parameters) {
      if (!variables.contains(parameter.key())) {
        conf.addVariable(parameter.key());
      }
      if (initializeParams) {
        INDArray view = table.get(parameter.key());
        if (parameter.role() == Role.WEIGHT) {
          weights.fill(conf, parameter, view);
        } else {
          view.assign(parameter.initialValue());
        }
      }
    }
    return table;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views(gradientView);
  }

  /** Each parameter's part of DL4J's flat array, by key. */
  Map<String, INDArray> views(INDArray flat) {
    long expected = numParams((Layer) null);
    if (flat.length() != expected) {
      throw new IllegalStateException(
          "parameter array: expected " + expected + " values, found " + flat.length());
    }
    INDArray row = flat.reshape(flat.length());
    Map<String, INDArray> table = new LinkedHashMap<>();
    long offset = 0;
    for (Parameter parameter : parameters) {
      INDArray part = row.get(NDArrayIndex.interval(offset, offset + parameter.length()));
      table.put(parameter.key(), part.reshape('c', parameter.shape()));
      offset += parameter.length();
    }
    return table;
  }

  /** Collects parameters in order. */
  static final class Builder {
    private final List<Parameter> parameters = new ArrayList<>();

    Builder add(String key, Role role, double initialValue, long... shape) {
      parameters.add(new Parameter(key, role, initialValue, shape));
      return this;
    }

    NamedParameters build(Initializer weights) {
      return new NamedParameters(parameters, weights);
    }
  }
}
