package org.repfold.zoo.cyclemlp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.zoo.Form;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

/** The maps of all four stages, for dense prediction. */
class CycleMlpPyramidTest {
  private static final double TOLERANCE = 1e-12;
  private static final double EPSILON = 1e-5;
  private static final List<String> OUTPUTS = List.of("norm0", "norm2", "norm4", "norm6");
  private static final List<Integer> CHANNELS = List.of(5, 6, 7, 8);

  private static final CycleMlpConfiguration CLASSIFIER =
      new CycleMlpConfiguration(
          3,
          10,
          70,
          64,
          List.of(1, 2, 1, 1),
          CHANNELS,
          List.of(2.0, 2.0, 2.0, 2.0),
          List.of(true, true, true),
          1,
          false);

  private final ComputationGraph pyramid = filled(CLASSIFIER.asPyramid());
  private final INDArray images =
      Nd4j.createFromArray(FormulaWeights.input(2 * 3 * 70 * 64))
          .castTo(DataType.DOUBLE)
          .reshape(2, 3, 70, 64);

  private static ComputationGraph filled(CycleMlpConfiguration net) {
    ComputationGraph graph =
        new ComputationGraph(net.graph(Form.TRAIN, GraphOptions.inference(DataType.DOUBLE)));
    graph.init();
    return FormulaWeights.fill(graph);
  }

  @Test
  void outputsAreTheStagesMapsEachHalfAsLarge() {
    INDArray[] maps = pyramid.output(images);

    assertEquals(OUTPUTS, pyramid.getConfiguration().getNetworkOutputs());
    assertArrayEquals(new long[] {2, 5, 17, 16}, maps[0].shape());
    assertArrayEquals(new long[] {2, 6, 9, 8}, maps[1].shape());
    assertArrayEquals(new long[] {2, 7, 5, 4}, maps[2].shape());
    assertArrayEquals(new long[] {2, 8, 3, 2}, maps[3].shape());
  }

  @Test
  void eachIsTheNormalisedMapThatTheClassifierHasThere() {
    ComputationGraph classifier = filled(CLASSIFIER);
    Map<String, INDArray> values = classifier.feedForward(images, false);
    List<String> lastOfStages =
        List.of("network.0.0.add2", "network.2.1.add2", "network.4.0.add2", "network.6.0.add2");
    INDArray[] maps = pyramid.output(images);
    Map<String, INDArray> weights = StateDict.of(pyramid);

    for (int stage = 0; stage < maps.length; stage++) {
      INDArray gain = weights.get(OUTPUTS.get(stage) + ".weight");
      INDArray shift = weights.get(OUTPUTS.get(stage) + ".bias");
      assertClose(
          normalised(values.get(lastOfStages.get(stage)), gain, shift), maps[stage], TOLERANCE);
    }
  }

  /** The channels of each position normalised, by loops. */
  private static INDArray normalised(INDArray map, INDArray gain, INDArray shift) {
    INDArray result = map.dup('c');
    int channels = (int) map.size(1);
    for (int n = 0; n < map.size(0); n++) {
      for (int y = 0; y < map.size(2); y++) {
        for (int x = 0; x < map.size(3); x++) {
          double mean = 0;
          double square = 0;
          for (int c = 0; c < channels; c++) {
            mean += map.getDouble(n, c, y, x) / channels;
          }
          for (int c = 0; c < channels; c++) {
            square += Math.pow(map.getDouble(n, c, y, x) - mean, 2) / channels;
          }
          for (int c = 0; c < channels; c++) {
            double centred = map.getDouble(n, c, y, x) - mean;
            result.putScalar(
                new long[] {n, c, y, x},
                gain.getDouble(c) * centred / Math.sqrt(square + EPSILON) + shift.getDouble(c));
          }
        }
      }
    }
    return result;
  }

  @Test
  void allMapsStayTheSameByFolding() {
    INDArray[] expected = pyramid.output(images);
    Graph folded = Conversion.of(new Dl4jReader().read(pyramid).graph()).lowering().folded();

    Map<String, INDArray> found =
        new ReferenceExecutor(folded, ElementType.FLOAT64).run(Map.of("input", images));

    assertEquals(OUTPUTS, folded.outputs());
    for (int stage = 0; stage < expected.length; stage++) {
      assertClose(expected[stage], found.get(OUTPUTS.get(stage)), TOLERANCE);
    }
  }
}
