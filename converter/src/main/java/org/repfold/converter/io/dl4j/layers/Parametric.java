package org.repfold.converter.io.dl4j.layers;

import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.SelfDescribing;

/**
 * What every trainable layer of ours answers to DL4J; a subclass states its parameters, the types
 * of its outputs, its settings, and the {@link ParametricLayer} that computes it.
 *
 * <p>A subclass has a constructor without arguments, and a field with {@code JsonProperty} for each
 * setting, so that DL4J can read it from JSON.
 */
public abstract class Parametric extends FeedForwardLayer implements SelfDescribing {
  private static final long serialVersionUID = 1L;

  Parametric() {}

  Parametric(Builder<?> builder) {
    super(builder);
  }

  /** The parameters, in the order in which they lie in DL4J's array. */
  abstract NamedParameters parameters();

  /** What computes the layer. */
  abstract ParametricLayer<?> computation(NeuralNetConfiguration conf, DataType dataType);

  /** All that makes one layer of the class another than the next, but for what DL4J compares. */
  abstract List<?> settings();

  /**
   * The type of the output.
   *
   * @throws IllegalStateException naming the layer, if the input does not fit
   */
  @Override
  public abstract InputType getOutputType(int layerIndex, InputType inputType);

  @Override
  public final Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    return computation(conf, networkDataType)
        .with(trainingListeners, layerIndex, layerParamsView, initializeParams);
  }

  @Override
  public final ParamInitializer initializer() {
    return parameters();
  }

  /** Checks the input; sizes are always stated. */
  @Override
  public final void setNIn(InputType inputType, boolean override) {
    getOutputType(-1, inputType);
  }

  @Override
  public final InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public final LayerMemoryReport getMemoryReport(InputType inputType) {
    InputType outputType = getOutputType(-1, inputType);
    long parameters = initializer().numParams(this);
    return new LayerMemoryReport.Builder(layerName, getClass(), inputType, outputType)
        .standardMemory(parameters, getIUpdater().stateSize(parameters))
        .workingMemory(
            0, 0, 0, inputType.arrayElementsPerExample() + outputType.arrayElementsPerExample())
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public final boolean equals(Object other) {
    return super.equals(other)
        && other instanceof Parametric that
        && getClass() == that.getClass()
        && settings().equals(that.settings());
  }

  @Override
  public final int hashCode() {
    return 31 * super.hashCode() + settings().hashCode();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + settings();
  }

  /** What the refusals of an input start with. */
  String label() {
    return "%s %s".formatted(getClass().getSimpleName(), layerName);
  }

  /** Sets what all such layers share; the activation is the identity unless it is stated. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public abstract static class Builder<T extends Builder<T>> extends FeedForwardLayer.Builder<T> {
    Builder() {
      activation(new ActivationIdentity());
    }
  }
}
