package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.npy.Npy;
import org.repfold.graph.onnx.OnnxWriter;

/** A network with two inputs and two outputs on the command line. */
class SeveralInputsTest {
  @TempDir Path folder;
  private Path train;

  @BeforeEach
  void writeModel() {
    Random random = new Random(4);
    Tensor weight = Tensor.of(Shape.of(3, 5), random.doubles(15, -1, 1).toArray());
    GraphBuilder graph = new GraphBuilder();
    graph.input("left", Shape.UNKNOWN, 5);
    graph.input("right", Shape.UNKNOWN, 3);
    graph.add("dense", new Operator.Gemm(weight, Optional.empty()), "left");
    Tensor ones = Tensor.vector(0.5, 1.5, 2);
    graph.add("bn", new Operator.BatchNormalization(ones, ones, ones, ones, 1e-5), "dense");
    graph.add("sum", new Operator.Add(), "bn", "right");
    graph.add("relu", new Unary.Relu(), "sum");
    Graph built = graph.output("relu").output("bn").build();
    train = folder.resolve("train.onnx");
    OnnxWriter.write(built.withParameters(ElementType.FLOAT32), train, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy.onnx", "deploy.zip"})
  void itIsConvertedAndVerified(String name) {
    Path deploy = folder.resolve(name);
    CommandResult.of("convert", train, "-o", deploy).assertDone();
    String printed = CommandResult.of("verify", train, deploy).assertDone().out();
    assertEquals(3, printed.split("PASSED", -1).length - 1, printed);
  }

  @Test
  void runRefusesIt() {
    Path input = folder.resolve("x.npy");
    Npy.write(Tensor.of(Shape.of(1, 5), new float[5]), input, false);
    CommandResult.of("run", train, "--input", input, "--output", folder.resolve("y.npy"))
        .assertBadInput("train.onnx", "one input and one output, found 2 and 2");
  }

  @Test
  void reportRefusesIt() {
    Path deploy = folder.resolve("deploy.onnx");
    CommandResult.of("convert", train, "-o", deploy, "--report", folder.resolve("report"))
        .assertBadInput("train.onnx", "one input and one output, found 2 and 2");
    assertFalse(Files.exists(deploy));
  }
}
