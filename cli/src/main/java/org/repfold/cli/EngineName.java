package org.repfold.cli;

import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.ReferenceEngine;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.io.dl4j.Dl4jEngine;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;

/** The engines that run a model, by the names of the command line. */
enum EngineName {
  ONNXRUNTIME("onnxruntime"),
  ND4J("nd4j"),
  ND4J_F64("nd4j-f64"),
  DL4J("dl4j");

  private final String label;

  EngineName(String label) {
    this.label = label;
  }

  /**
   * The engine, with the model loaded.
   *
   * @throws BadInputException if the engine cannot run a model of that kind
   */
  Engine load(ModelFile model) {
    return switch (this) {
      case ONNXRUNTIME ->
          model.format() == ModelFile.Format.ONNX
              ? OnnxRuntimeEngine.of(model.path())
              : OnnxRuntimeEngine.of(model.graph().withParameters(ElementType.FLOAT32));
      case ND4J -> new ReferenceEngine(model.graph(), ElementType.FLOAT32);
      case ND4J_F64 -> new ReferenceEngine(model.graph(), ElementType.FLOAT64);
      case DL4J ->
          new Dl4jEngine(
              model
                  .dl4j()
                  .orElseThrow(
                      () ->
                          new BadInputException(
                              model.path()
                                  + ": expected a DL4J zip for the engine dl4j, found another file"))
                  .source());
    };
  }

  @Override
  public String toString() {
    return label;
  }
}
