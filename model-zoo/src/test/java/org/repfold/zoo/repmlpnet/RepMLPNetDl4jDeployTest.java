package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.zoo.Closeness.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.io.dl4j.Dl4jGraph;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.dl4j.Dl4jWriter;
import org.repfold.zoo.Golden;
import org.repfold.zoo.StateDict;

/** Folds the golden train forms, writes them as DL4J zips and has plain DL4J run those. */
class RepMLPNetDl4jDeployTest {
  private static final double FLOAT_TOLERANCE = 1e-6;

  static Stream<Arguments> goldens() {
    return RepMLPNetFoldTest.goldens();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void loadedDeployFormReproducesTheReference(
      String name, ComputationGraph network, @TempDir Path folder) throws IOException {
    Golden golden = Golden.read(name);
    StateDict.load(network, golden.train());
    Dl4jGraph source = new Dl4jReader().read(network);
    Path file = folder.resolve("deploy.zip");
    Dl4jWriter.write(Conversion.of(source.graph()).folded(), source, file);

    ComputationGraph deploy = ComputationGraph.load(file.toFile(), false);
    INDArray output = deploy.outputSingle(golden.tensor("x").castTo(DataType.FLOAT));
    assertClose(golden.tensor("y_exact"), output, FLOAT_TOLERANCE);
    assertTrue(deploy.getVertices().length < network.getVertices().length);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void deployFormIsReadBackAsTheSameOperators(
      String name, ComputationGraph network, @TempDir Path folder) throws IOException {
    StateDict.load(network, Golden.read(name).train());
    Dl4jGraph source = new Dl4jReader().read(network);
    Conversion conversion = Conversion.of(source.graph());
    Path file = folder.resolve("deploy.zip");
    Dl4jWriter.write(conversion.folded(), source, file);
    assertEquals(
        conversion.folded().operatorCounts(), new Dl4jReader().read(file).graph().operatorCounts());
  }
}
