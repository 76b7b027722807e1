package org.repfold.cli;

import java.util.ArrayList;
import java.util.List;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.io.ModelFile;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;

/**
 * The float32 engines that run each of two forms: DL4J where the file is DL4J's, the reference, and
 * ONNX Runtime where every operator has an ONNX form.
 */
record Engines(List<Engine> train, List<Engine> deploy) implements AutoCloseable {

  static Engines of(ModelFile train, ModelFile deploy) {
    return new Engines(all(train), all(deploy));
  }

  /**
   * The one engine of each form that is at home with its kind of file, loaded when it runs, one at
   * a time.
   */
  static Engines atHome(ModelFile train, ModelFile deploy) {
    OneLoaded one = new OneLoaded();
    return new Engines(
        List.of(one.engine(home(train), train)), List.of(one.engine(home(deploy), deploy)));
  }

  private static EngineName home(ModelFile model) {
    return model.dl4j().isPresent() ? EngineName.DL4J : EngineName.ONNXRUNTIME;
  }

  private static List<Engine> all(ModelFile model) {
    List<Engine> engines = new ArrayList<>();
    if (model.dl4j().isPresent()) {
      engines.add(EngineName.DL4J.load(model));
    }
    engines.add(EngineName.ND4J.load(model));
    if (hasOnnxForm(model.graph())) {
      engines.add(EngineName.ONNXRUNTIME.load(model));
    }
    return engines;
  }

  /** Whether no operator of the graph is known to its source alone. */
  private static boolean hasOnnxForm(Graph graph) {
    return graph.nodes().stream().noneMatch(node -> node.operator() instanceof Operator.Opaque);
  }

  /**
   * The first engine of each form and ONNX Runtime: those that users run, without the slow
   * reference.
   */
  List<Latency.Contender> contenders() {
    List<Latency.Contender> contenders = new ArrayList<>();
    train.stream()
        .filter(Engines::isForUse)
        .forEach(engine -> contenders.add(new Latency.Contender("train", engine)));
    deploy.stream()
        .filter(Engines::isForUse)
        .forEach(engine -> contenders.add(new Latency.Contender("deploy", engine)));
    return contenders;
  }

  private static boolean isForUse(Engine engine) {
    return !engine.name().equals(EngineName.ND4J.toString());
  }

  @Override
  public void close() {
    train.forEach(Engine::close);
    deploy.forEach(Engine::close);
  }
}
