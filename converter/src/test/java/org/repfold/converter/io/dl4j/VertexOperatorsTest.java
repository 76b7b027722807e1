package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.converter.io.dl4j.Networks.assertClose;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;

class VertexOperatorsTest {
  private static final InputType MAPS = InputType.convolutional(9, 7, 6);

  private static Graph assertSame(InputType type, INDArray input, Consumer<GraphBuilder> layers) {
    ComputationGraph network = random(layers);
    Graph graph = new Dl4jReader().read(network, type).graph();
    assertSameAnswer(network, graph, input);
    return graph;
  }

  private static void assertKnown(InputType type, INDArray input, Consumer<GraphBuilder> layers) {
    Graph graph = assertSame(type, input, layers);
    assertEquals(0, graph.operatorCounts().getOrDefault("Opaque", 0));
  }

  private static void assertOpaque(InputType type, INDArray input, Consumer<GraphBuilder> layers) {
    Graph graph = assertSame(type, input, layers);
    assertEquals(1, graph.operatorCounts().get("Opaque"));
  }

  private static ConvolutionLayer conv(int outputs, CNN2DFormat format) {
    return new ConvolutionLayer.Builder(3, 2).nIn(6).nOut(outputs).dataFormat(format).build();
  }

  /** Two convolutions of the input, and a vertex that takes both. */
  private static Consumer<GraphBuilder> ofTwo(CNN2DFormat format, GraphVertex vertex, int second) {
    return g ->
        g.addLayer("a", conv(4, format), "input")
            .addLayer("b", conv(second, format), "input")
            .addVertex("vertex", vertex, "a", "b")
            .setOutputs("vertex");
  }

  private static Consumer<GraphBuilder> ofOne(GraphVertex vertex) {
    return g -> g.addVertex("vertex", vertex, "input").setOutputs("vertex");
  }

  private static InputType maps(CNN2DFormat format) {
    return InputType.convolutional(9, 7, 6, format);
  }

  private static INDArray mapsInput(CNN2DFormat format) {
    return format == CNN2DFormat.NCHW ? input(2, 6, 9, 7) : input(2, 9, 7, 6);
  }

  @ParameterizedTest
  @EnumSource(ElementWiseVertex.Op.class)
  void everyElementWiseVertexIsRead(ElementWiseVertex.Op op) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      assertKnown(maps(format), mapsInput(format), ofTwo(format, new ElementWiseVertex(op), 4));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementWiseVertex.Op.class,
      names = {"Add", "Product", "Average", "Max"})
  void elementWiseVertexOfThreeInputsIsRead(ElementWiseVertex.Op op) {
    assertKnown(
        MAPS,
        input(2, 6, 9, 7),
        g ->
            g.addVertex("scaled", new ScaleVertex(-0.7), "input")
                .addVertex("shifted", new ShiftVertex(0.3), "input")
                .addVertex("vertex", new ElementWiseVertex(op), "scaled", "input", "shifted")
                .setOutputs("vertex"));
  }

  @Test
  void elementWiseVertexOfValuesInDifferentLayoutsIsRead() {
    assertKnown(
        maps(CNN2DFormat.NHWC),
        input(2, 9, 7, 6),
        g ->
            g.addLayer(
                    "conv",
                    new ConvolutionLayer.Builder(1, 1)
                        .nIn(6)
                        .nOut(6)
                        .dataFormat(CNN2DFormat.NHWC)
                        .build(),
                    "input")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "input", "conv")
                .setOutputs("sum"));
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void mergedMapsAreRead(CNN2DFormat format) {
    MergeVertex merge = new MergeVertex();
    assertKnown(
        maps(format),
        mapsInput(format),
        ofTwo(format, merge, 3).andThen(g -> g.setInputTypes(maps(format))));
  }

  @Test
  void mergedRowsAreRead() {
    assertKnown(
        InputType.feedForward(6),
        input(3, 6),
        g ->
            g.addLayer("a", new DenseLayer.Builder().nIn(6).nOut(4).build(), "input")
                .addVertex("vertex", new MergeVertex(), "a", "input")
                .setOutputs("vertex"));
  }

  @Test
  void subsetOfRowsAndOfMapsIsRead() {
    assertKnown(InputType.feedForward(6), input(3, 6), ofOne(new SubsetVertex(1, 4)));
    assertKnown(MAPS, input(2, 6, 9, 7), ofOne(new SubsetVertex(2, 2)));
  }

  /** DL4J takes a part of the second axis of its own layout. */
  @Test
  void subsetOfChannelsLastMapsIsReadAsDl4jComputesIt() {
    assertKnown(
        maps(CNN2DFormat.NHWC),
        input(2, 9, 7, 6),
        g ->
            g.addLayer("a", conv(4, CNN2DFormat.NHWC), "input")
                .addVertex("vertex", new SubsetVertex(1, 3), "a")
                .setOutputs("vertex"));
  }

  @Test
  void scaleAndShiftAreRead() {
    assertKnown(MAPS, input(2, 6, 9, 7), ofOne(new ScaleVertex(0.3)));
    assertKnown(InputType.feedForward(6), input(2, 6), ofOne(new ShiftVertex(-1.7)));
  }

  @Test
  void reshapeInFortranOrderIsLeftToDl4j() {
    assertOpaque(
        InputType.feedForward(12),
        input(2, 12),
        ofOne(new ReshapeVertex('f', new int[] {-1, 12}, null)));
  }

  @Test
  void vertexWithoutOperatorsIsLeftToDl4j() {
    assertOpaque(MAPS, input(2, 6, 9, 7), ofOne(new PoolHelperVertex()));
    assertOpaque(InputType.feedForward(6), input(2, 6), ofOne(new L2NormalizeVertex()));
  }

  /** DL4J's {@code L2NormalizeVertex} fails on float64 maps. */
  @Test
  void vertexThatComputesInFloat32AloneIsComputedInFloat32() {
    ComputationGraph network = random(DataType.FLOAT, ofOne(new L2NormalizeVertex()));
    Graph graph = new Dl4jReader().read(network, MAPS).graph();
    INDArray x = input(2, 6, 9, 7);
    INDArray found = new ReferenceExecutor(graph, ElementType.FLOAT64).run(x);
    assertEquals(DataType.DOUBLE, found.dataType());
    assertClose(network.outputSingle(x.castTo(DataType.FLOAT)), found, 1e-6);
  }

  @Test
  void stackedExamplesAreUnstackedAgain() {
    Graph graph =
        assertSame(
            InputType.feedForward(6),
            input(2, 6),
            g ->
                g.addVertex("scaled", new ScaleVertex(2), "input")
                    .addVertex("stack", new StackVertex(), "input", "scaled", "input")
                    .addVertex("second", new UnstackVertex(1, 3), "stack")
                    .setOutputs("second"));
    assertEquals(Shape.of(Shape.UNKNOWN, 6), graph.shape("stack"));
    assertEquals(2, graph.operatorCounts().get("Opaque"));
  }

  @Test
  void lastTimeStepIsRead() {
    assertKnown(InputType.recurrent(4, 5), input(2, 4, 5), ofOne(new LastTimeStepVertex("input")));
  }

  @Test
  void vertexThatNeedsTheWholeNetworkIsRefusedByName() {
    ComputationGraph network =
        random(
            g ->
                g.addVertex("last", new LastTimeStepVertex("input"), "input")
                    .addVertex("copies", new DuplicateToTimeSeriesVertex("input"), "last")
                    .setOutputs("copies"));
    String message =
        assertThrows(
                BadInputException.class,
                () -> new Dl4jReader().read(network, InputType.recurrent(4, 5)))
            .getMessage();
    assertTrue(
        message.startsWith(
            "vertex 'copies' (DuplicateToTimeSeriesVertex): DL4J cannot compute it on inputs of"
                + " shapes [[?x4]]: "),
        message);
  }

  private static GraphVertex preprocessor(InputPreProcessor preprocessor) {
    return new PreprocessorVertex(preprocessor);
  }

  @Test
  void mapsAndRowsTurnIntoEachOther() {
    assertKnown(
        MAPS,
        input(2, 6, 9, 7),
        ofOne(preprocessor(new CnnToFeedForwardPreProcessor(9, 7, 6, CNN2DFormat.NCHW))));
    assertKnown(
        InputType.feedForward(6 * 9 * 7),
        input(2, 6 * 9 * 7),
        ofOne(preprocessor(new FeedForwardToCnnPreProcessor(9, 7, 6))));
  }

  @Test
  void channelsLastMapsAreFlattenedAsTheyLie() {
    assertKnown(
        maps(CNN2DFormat.NHWC),
        input(2, 9, 7, 6),
        g ->
            g.addLayer("conv", conv(4, CNN2DFormat.NHWC), "input")
                .addLayer("fc", new DenseLayer.Builder().nOut(5).build(), "conv")
                .setOutputs("fc")
                .setInputTypes(maps(CNN2DFormat.NHWC)));
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void timeStepsBecomeRowsAndSeriesAgain(RNNFormat format) {
    INDArray x = format == RNNFormat.NCW ? input(2, 4, 5) : input(2, 5, 4);
    assertKnown(
        InputType.recurrent(4, 5, format),
        x,
        g ->
            g.addLayer(
                    "fc",
                    new DenseLayer.Builder().nIn(4).nOut(3).build(),
                    new RnnToFeedForwardPreProcessor(format),
                    "input")
                .addVertex("series", preprocessor(new FeedForwardToRnnPreProcessor(format)), "fc")
                .setOutputs("series"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void timeStepsBecomeMapsAndSeriesAgain(int examples) {
    assertKnown(
        InputType.recurrent(12, 5),
        input(examples, 12, 5),
        g ->
            g.addLayer(
                    "conv",
                    new ConvolutionLayer.Builder(1, 1).nIn(3).nOut(4).build(),
                    new RnnToCnnPreProcessor(2, 2, 3),
                    "input")
                .addVertex("series", preprocessor(new CnnToRnnPreProcessor(2, 2, 4)), "conv")
                .setOutputs("series"));
  }

  @Test
  void composedPreprocessorsAreRead() {
    assertKnown(
        InputType.feedForward(6),
        input(2, 6),
        ofOne(
            preprocessor(
                new ComposableInputPreProcessor(
                    new FeedForwardToCnnPreProcessor(1, 2, 3),
                    new CnnToFeedForwardPreProcessor(1, 2, 3, CNN2DFormat.NCHW)))));
  }

  @Test
  void recurrentLayerIsLeftToDl4j() {
    assertOpaque(
        InputType.recurrent(4, 5),
        input(2, 4, 5),
        g ->
            g.addLayer("lstm", new LSTM.Builder().nIn(4).nOut(3).build(), "input")
                .setOutputs("lstm"));
  }
}
