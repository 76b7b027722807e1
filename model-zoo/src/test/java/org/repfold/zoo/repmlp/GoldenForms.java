package org.repfold.zoo.repmlp;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

/** The blocks and units of which there are golden numbers, as the file of that name says. */
enum GoldenForms {
  REPMLP_V1_BLOCK(new RepMLPBlockConfiguration(8, 8, 14, 14, 7, 7, 4, List.of(1, 3, 5), 1)::graph),
  REPMLP_V1_BLOCK_NO_GLOBAL(
      new RepMLPBlockConfiguration(6, 12, 7, 7, 7, 7, 3, List.of(1, 3, 5, 7), 1)::graph),
  REPMLP_V1_LIGHT(
      new RepMLPUnitConfiguration(
              UnitKind.LIGHT,
              16,
              8,
              32,
              new RepMLPBlockConfiguration(8, 8, 8, 8, 4, 4, 4, List.of(1, 3), 1))
          ::graph),
  REPMLP_V1_BOTTLENECK(
      new RepMLPUnitConfiguration(
              UnitKind.BOTTLENECK,
              16,
              8,
              16,
              new RepMLPBlockConfiguration(4, 4, 8, 8, 4, 4, 2, List.of(1, 3), 1))
          ::graph);

  /** Gives a form as a DL4J configuration. */
  private interface Forms {
    ComputationGraphConfiguration graph(Form form, GraphOptions options);
  }

  private final Forms forms;

  GoldenForms(Forms forms) {
    this.forms = forms;
  }

  Golden golden() {
    return Golden.read(name().toLowerCase(java.util.Locale.ROOT));
  }

  ComputationGraphConfiguration configuration(Form form) {
    return forms.graph(form, GraphOptions.inference(DataType.FLOAT));
  }

  /** The train form with the golden weights. */
  ComputationGraph train(DataType type) {
    ComputationGraph graph =
        new ComputationGraph(forms.graph(Form.TRAIN, GraphOptions.inference(type)));
    graph.init();
    StateDict.load(graph, golden().train());
    return graph;
  }

  /** The reference's own conversion is wrong where the numbers of channels differ. */
  boolean hasOfficialDeployForm() {
    return this != REPMLP_V1_BLOCK_NO_GLOBAL;
  }

  static Stream<GoldenForms> withOfficialDeployForm() {
    return Stream.of(values()).filter(GoldenForms::hasOfficialDeployForm);
  }
}
