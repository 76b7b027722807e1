package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.repfold.converter.io.dl4j.Networks.FLOAT64_TOLERANCE;
import static org.repfold.converter.io.dl4j.Networks.assertClose;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class Dl4jWriterTest {
  /** Two float32 computations in different order: a few roundings of 2^-24 in sums of 100 terms. */
  private static final double FLOAT32_TOLERANCE = 1e-5;

  private final Random random = new Random(3);

  private Tensor tensor(long... shape) {
    int size = Math.toIntExact(Shape.of(shape).elements());
    return Tensor.of(Shape.of(shape), random.doubles(size, -0.5, 0.5).toArray());
  }

  private Operator.Conv conv(int out, int in, int kernel, Window window, int group) {
    return new Operator.Conv(
        tensor(out, in / group, kernel, kernel), Optional.of(tensor(out)), window, group);
  }

  private static GraphBuilder maps() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("input", Shape.UNKNOWN, 4, 6, 5);
    return graph;
  }

  private static ComputationGraph float64(Graph graph) {
    return Dl4jWriter.toComputationGraph(graph, Optional.empty(), ElementType.FLOAT64);
  }

  private static ComputationGraph assertWritten(GraphBuilder builder, String... vertices) {
    Graph graph = builder.build();
    ComputationGraph network = float64(graph);
    assertSameAnswer(network, graph, input(3, 4, 6, 5));
    assertEquals(Set.of(vertices), network.getConfiguration().getVertices().keySet());
    return network;
  }

  @Test
  void convolutionTakesTheActivationAfterIt() {
    GraphBuilder graph = maps();
    graph.add("conv", conv(7, 4, 3, new Window(2, 1, 1, 2, 1, 2, 1, 2), 1), "input");
    graph.add("relu", new Unary.Relu(), "conv");
    assertWritten(graph.output("relu"), "relu");
  }

  @Test
  void activationOfAValueThatIsUsedTwiceStaysALayer() {
    GraphBuilder graph = maps();
    graph.add("conv", conv(4, 4, 1, Window.unit(), 1), "input");
    graph.add("sigmoid", new Unary.Sigmoid(), "conv");
    graph.add("product", new Operator.Mul(), "conv", "sigmoid");
    assertWritten(graph.output("product"), "conv", "sigmoid/copy", "sigmoid", "product");
  }

  @Test
  void depthwiseConvolutionWithMultiplierIsWritten() {
    GraphBuilder graph = maps();
    graph.add("conv", conv(12, 4, 3, Window.padded(1), 4), "input");
    assertWritten(graph.output("conv"), "conv");
  }

  @Test
  void unevenPaddingIsWrittenWhereItIsThatOfModeSame() {
    GraphBuilder graph = maps();
    graph.add("conv", conv(3, 4, 2, new Window(1, 1, 1, 1, 0, 0, 1, 1), 1), "input");
    assertWritten(graph.output("conv"), "conv");
  }

  @Test
  void unevenPaddingOfAnotherKindBecomesALayerOfItsOwn() {
    GraphBuilder graph = maps();
    graph.add("conv", conv(3, 4, 2, new Window(1, 1, 1, 1, 1, 1, 0, 0), 1), "input");
    graph.add("relu", new Unary.Relu(), "conv");
    assertWritten(graph.output("relu"), "conv/padded", "relu");
  }

  @Test
  void nameOfAnAddedVertexIsNeverThatOfANode() {
    GraphBuilder graph = maps();
    graph.add("conv/padded", new Unary.Tanh(), "input");
    graph.add("conv", conv(3, 4, 2, new Window(1, 1, 1, 1, 1, 1, 0, 0), 1), "conv/padded");
    assertWritten(graph.output("conv"), "conv/padded/copy", "conv/padded", "conv/padded/2", "conv");
  }

  @Test
  void nodeThatTakesConstantsAloneIsRefused() {
    GraphBuilder graph = maps();
    graph.add("one", new Operator.Constant(tensor(4, 1, 1)));
    graph.add("other", new Operator.Constant(tensor(5)));
    graph.add("sum", new Operator.Add(), "one", "other");
    graph.add("product", new Operator.Mul(), "input", "sum");
    assertRefused(
        "node 'sum' (Add): it takes constants alone, so it cannot be written as DL4J",
        graph.output("product"));
  }

  @Test
  void outputThatIsAConstantIsRefused() {
    GraphBuilder graph = maps();
    graph.add("constant", new Operator.Constant(tensor(4, 1, 1)));
    assertRefused(
        "output 'constant' is a constant, so it cannot be written as DL4J",
        graph.output("constant"));
  }

  @Test
  void sumOfAValueWithItselfIsWritten() {
    GraphBuilder graph = maps();
    graph.add("twice", new Operator.Add(), "input", "input");
    graph.add("square", new Operator.Mul(), "twice", "twice");
    assertWritten(graph.output("square"), "twice", "square");
  }

  @Test
  void partOfADeployFormThatCannotBeTrainedSaysSo() {
    GraphBuilder builder = maps();
    builder.add("conv", conv(4, 4, 3, Window.padded(1), 2), "input");
    builder.add("abs", new Unary.Abs(), "conv");
    ComputationGraph network = float64(builder.output("abs").build());
    network.feedForward(new INDArray[] {input(3, 4, 6, 5)}, true, false);
    assertEquals(
        "Vertex 'abs' (Abs) is part of a deploy form, which is not trainable",
        assertThrows(
                UnsupportedOperationException.class,
                () -> network.backpropGradient(input(3, 4, 6, 5)))
            .getMessage());
  }

  private static void assertRefused(String start, GraphBuilder graph) {
    Graph built = graph.build();
    String message = assertThrows(BadInputException.class, () -> float64(built)).getMessage();
    assertEquals(start, message.substring(0, start.length()));
  }

  @Test
  void fullyConnectedInGroupsBecomesOneLayerBetweenRearrangements() {
    GraphBuilder graph = maps();
    graph.add("split", Movement.Reshape.to(-1, 2, 2, 6, 5), "input");
    graph.add("swap", Movement.Transpose.by(0, 2, 1, 3, 4), "split");
    graph.add("parts", Movement.Reshape.to(-1, 2, 6, 5), "swap");
    graph.add("flat", Movement.Reshape.to(-1, 60, 1, 1), "parts");
    graph.add("fc3", conv(60, 60, 1, Window.unit(), 2), "flat");
    graph.add("square", Movement.Reshape.to(-1, 2, 6, 5), "fc3");
    graph.add("relu", new Unary.Relu(), "square");
    graph.add("merged", Movement.Reshape.to(-1, 4, 6, 5), "relu");
    assertWritten(graph.output("merged"), "parts", "relu", "merged");
  }

  @Test
  void fullyConnectedWhoseResultStaysARowKeepsItsShape() {
    GraphBuilder graph = maps();
    graph.add("flat", Movement.Reshape.to(-1, 120, 1, 1), "input");
    graph.add("fc", conv(9, 120, 1, Window.unit(), 3), "flat");
    assertWritten(graph.output("fc"), "fc/rows", "fc");
  }

  @Test
  void fullyConnectedBeforeAnotherShapeKeepsThatShape() {
    GraphBuilder graph = maps();
    graph.add("flat", Movement.Reshape.to(-1, 120, 1, 1), "input");
    graph.add("fc", conv(12, 120, 1, Window.unit(), 3), "flat");
    graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    assertWritten(graph.output("map"), "fc/rows", "fc", "map");
  }

  @Test
  void productAndSumWithConstantsBecomeOneLayer() {
    GraphBuilder graph = maps();
    graph.add("scale", new Operator.Constant(tensor(1, 4, 1, 1)));
    graph.add("bias", new Operator.Constant(tensor(4, 6, 5)));
    graph.add("mul", new Operator.Mul(), "scale", "input");
    graph.add("add", new Operator.Add(), "mul", "bias");
    assertWritten(graph.output("add"), "add");
  }

  @Test
  void constantsOfEveryShapeAreWrittenOut() {
    for (long[] shape :
        new long[][] {{}, {1}, {5}, {6, 1}, {6, 5}, {1, 6, 5}, {4, 1, 1}, {1, 1, 1, 1}}) {
      GraphBuilder graph = maps();
      graph.add("constant", new Operator.Constant(tensor(shape)));
      graph.add("sum", new Operator.Add(), "input", "constant");
      assertWritten(graph.output("sum"), "sum");
    }
  }

  @Test
  void gatePoolAndSumsTakeOneVertexEach() {
    GraphBuilder graph = maps();
    graph.add("pool", new Pooling.GlobalAveragePool(), "input");
    graph.add("gate", new Unary.Sigmoid(), "pool");
    graph.add("gated", new Operator.Mul(), "gate", "input");
    graph.add("conv", conv(4, 4, 1, Window.unit(), 1), "input");
    graph.add("sum", new Operator.Add(), "gated", "conv");
    graph.add("more", new Operator.Add(), "sum", "input");
    assertWritten(graph.output("more"), "pool", "gate", "gated", "conv", "more");
  }

  @Test
  void classifierWithoutSourceBecomesDenseLayer() {
    GraphBuilder graph = maps();
    graph.add("pool", new Pooling.GlobalAveragePool(), "input");
    graph.add("flatten", new Movement.Flatten(), "pool");
    graph.add("head", new Operator.Gemm(tensor(3, 4), Optional.of(tensor(3))), "flatten");
    graph.add("softmax", new Operator.Softmax(1), "head");
    assertWritten(graph.output("softmax"), "flatten", "softmax");
  }

  @Test
  void outputThatIsTheInputIsRefused() {
    Graph graph = maps().output("input").build();
    assertEquals(
        "output 'input' is an input, so it cannot be written as DL4J",
        assertThrows(BadInputException.class, () -> float64(graph)).getMessage());
  }

  @Test
  void batchNormThatNoFoldTookIsWritten() {
    GraphBuilder graph = maps();
    Tensor variance = Tensor.vector(0.5, 1.5, 2.5, 3.5);
    graph.add(
        "bn",
        new Operator.BatchNormalization(tensor(4), tensor(4), tensor(4), variance, 1e-3),
        "input");
    assertWritten(graph.output("bn"), "bn");
  }

  @Test
  void folderThatDoesNotExistIsReported(@TempDir Path folder) {
    GraphBuilder builder = maps();
    builder.add("relu", new Unary.Relu(), "input");
    Graph graph = builder.output("relu").build();
    assertThrows(
        BadInputException.class, () -> Dl4jWriter.write(graph, folder.resolve("no/net.zip")));
  }

  @Test
  void nodesThatNoOutputNeedsAreLeftOut() {
    GraphBuilder graph = maps();
    graph.add("conv", conv(4, 4, 1, Window.unit(), 1), "input");
    graph.add("dead", new Unary.Relu(), "conv");
    graph.add("pool", new Pooling.GlobalAveragePool(), "input");
    assertWritten(graph.output("pool"), "pool");
  }

  @Test
  void activationOfAnInputLeavesTheInputAsItIs() {
    GraphBuilder graph = maps();
    graph.add("sigmoid", new Unary.Sigmoid(), "input");
    ComputationGraph network = float64(graph.output("sigmoid").build());
    INDArray x = input(3, 4, 6, 5);
    INDArray before = x.dup();
    network.outputSingle(x);
    assertEquals(before, x);
  }

  @Test
  void valueThatAnActivationSharesSurvivesWithoutWorkspaces() {
    GraphBuilder builder = maps();
    builder.add("conv", conv(4, 4, 1, Window.unit(), 1), "input");
    builder.add("sigmoid", new Unary.Sigmoid(), "conv");
    builder.add("product", new Operator.Mul(), "conv", "sigmoid");
    Graph graph = builder.output("product").build();
    ComputationGraph network = float64(graph);
    network.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    assertSameAnswer(network, graph, input(3, 4, 6, 5));
  }

  /** conv-bn-relu, and an output layer. */
  private static ComputationGraph source() {
    return random(
        g ->
            g.addLayer(
                    "conv",
                    new ConvolutionLayer.Builder(3, 3).nIn(4).nOut(4).padding(1, 1).build(),
                    "input")
                .addLayer("bn", new BatchNormalization.Builder().nIn(4).nOut(4).build(), "conv")
                .addLayer(
                    "conv2",
                    new ConvolutionLayer.Builder(1, 1)
                        .nIn(4)
                        .nOut(2)
                        .activation(Activation.RELU)
                        .build(),
                    "bn")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(3)
                        .build(),
                    "conv2")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(6, 5, 4)));
  }

  private static Layer layer(ComputationGraph network, String vertex) {
    return ((LayerVertex) network.getConfiguration().getVertices().get(vertex))
        .getLayerConf()
        .getLayer();
  }

  @Test
  void unchangedNetworkIsWrittenBackVertexByVertex() {
    ComputationGraph network = source();
    Dl4jGraph read = new Dl4jReader().read(network, InputType.convolutional(6, 5, 4));
    ComputationGraph written =
        Dl4jWriter.toComputationGraph(read.graph(), Optional.of(read), ElementType.FLOAT64);
    assertEquals(
        network.getConfiguration().getVertices(), written.getConfiguration().getVertices());
    assertEquals(network.params(), written.params());
    INDArray x = input(3, 4, 6, 5);
    assertClose(network.outputSingle(x), written.outputSingle(x), FLOAT64_TOLERANCE);
  }

  @Test
  void changedVerticesAreMadeAnewAndTheOthersKept() {
    ComputationGraph network = source();
    Dl4jGraph read = new Dl4jReader().read(network, InputType.convolutional(6, 5, 4));
    Graph changed =
        read.graph()
            .mapOperators(
                operator ->
                    operator instanceof Operator.Gemm
                        ? operator.mapParameters(Dl4jWriterTest::doubled)
                        : operator);
    ComputationGraph written =
        Dl4jWriter.toComputationGraph(changed, Optional.of(read), ElementType.FLOAT64);
    assertSameAnswer(written, changed, input(3, 4, 6, 5));
    assertEquals(layer(network, "conv2"), layer(written, "conv2"));
    OutputLayer out = assertInstanceOf(OutputLayer.class, layer(written, "out"));
    assertEquals(((OutputLayer) layer(network, "out")).getLossFn(), out.getLossFn());
  }

  private static Tensor doubled(Tensor tensor) {
    return Tensor.of(
        tensor.shape(), Arrays.stream(tensor.toDoubles()).map(value -> 2 * value).toArray());
  }

  @Test
  void plainDl4jLoadsTheZipAndGivesTheSameAnswers(@TempDir Path folder) throws IOException {
    Dl4jGraph read = new Dl4jReader().read(source(), InputType.convolutional(6, 5, 4));
    Path file = folder.resolve("deploy.zip");
    Dl4jWriter.write(read.graph(), read, file);
    ComputationGraph loaded = ComputationGraph.load(file.toFile(), false);
    INDArray x = input(3, 4, 6, 5);
    INDArray expected = new ReferenceExecutor(read.graph(), ElementType.FLOAT64).run(x);
    assertClose(expected, loaded.outputSingle(x), FLOAT32_TOLERANCE);
  }

  @Test
  void writtenZipIsReadBackAsTheSameGraph(@TempDir Path folder) throws IOException {
    GraphBuilder builder = maps();
    builder.add("parts", Movement.Reshape.to(-1, 2, 6, 5), "input");
    builder.add("flat", Movement.Reshape.to(-1, 60, 1, 1), "parts");
    builder.add("fc3", conv(60, 60, 1, Window.unit(), 2), "flat");
    builder.add("square", Movement.Reshape.to(-1, 2, 6, 5), "fc3");
    builder.add("merged", Movement.Reshape.to(-1, 4, 6, 5), "square");
    builder.add("conv", conv(4, 4, 3, Window.padded(1), 4), "merged");
    Graph graph = builder.output("conv").build().withParameters(ElementType.FLOAT32);
    Path file = folder.resolve("net.zip");
    Dl4jWriter.write(graph, file);
    Graph again = new Dl4jReader().read(file).graph();
    assertEquals(graph.inputs(), again.inputs());
    assertEquals(graph.operatorCounts(), again.operatorCounts());
    assertEquals(
        graph.find("conv").orElseThrow().operator(), again.find("conv").orElseThrow().operator());
    INDArray x = input(3, 4, 6, 5);
    assertClose(
        new ReferenceExecutor(graph, ElementType.FLOAT64).run(x),
        new ReferenceExecutor(again, ElementType.FLOAT64).run(x),
        0);
  }

  @Test
  void sameGraphGivesTheSameBytesAndLeavesNothingBeside(@TempDir Path folder) throws IOException {
    Dl4jGraph read = new Dl4jReader().read(source(), InputType.convolutional(6, 5, 4));
    Path first = folder.resolve("first.zip");
    Path second = folder.resolve("second.zip");
    Dl4jWriter.write(read.graph(), read, first);
    Dl4jWriter.write(read.graph(), read, second);
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(first, second), files.sorted().toList());
    }
  }
}
