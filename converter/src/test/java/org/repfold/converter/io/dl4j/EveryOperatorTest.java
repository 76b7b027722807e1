package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.converter.io.dl4j.Networks.FLOAT64_TOLERANCE;
import static org.repfold.converter.io.dl4j.Networks.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Each operator alone, written as a DL4J graph. */
class EveryOperatorTest {
  private static final int BATCH = 3;
  private static final long[] MAP = {Shape.UNKNOWN, 4, 7, 5};
  private static final long[] ROWS = {Shape.UNKNOWN, 6};
  private static final long[] SEQUENCE = {Shape.UNKNOWN, 4, 6};
  private static final double[] EXTREMES = {-1000, -40, -1e-3, -1e-9, 0, 1e-9, 1e-3, 40, 1000};
  private static final Random RANDOM = new Random(11);

  /**
   * An operator and what it takes.
   *
   * @param operands the shapes of its inputs, or constants
   * @param vertex the simple name of the DL4J class that is to compute it
   */
  record Case(String name, String vertex, Operator operator, List<Object> operands) {
    static Case of(String vertex, Operator operator, Object... operands) {
      return new Case(operator + " of " + describe(operands), vertex, operator, List.of(operands));
    }

    private static String describe(Object[] operands) {
      List<String> texts = new ArrayList<>();
      for (Object operand : operands) {
        texts.add(operand instanceof long[] shape ? Shape.of(shape).toString() : "" + operand);
      }
      return texts.toString();
    }

    Graph graph() {
      GraphBuilder graph = new GraphBuilder();
      List<String> names = new ArrayList<>();
      for (Object operand : operands) {
        String value = "value" + names.size();
        names.add(
            operand instanceof Tensor constant
                ? graph.add(value, new Operator.Constant(constant))
                : graph.input(value, (long[]) operand));
      }
      graph.add("result", operator, names.toArray(String[]::new));
      return graph.output("result").build();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Tensor tensor(long... shape) {
    int size = Math.toIntExact(Shape.of(shape).elements());
    return Tensor.of(Shape.of(shape), RANDOM.doubles(size, -1, 1).toArray());
  }

  private static Tensor positive(long... shape) {
    int size = Math.toIntExact(Shape.of(shape).elements());
    return Tensor.of(Shape.of(shape), RANDOM.doubles(size, 0.2, 2).toArray());
  }

  private static Operator.Conv conv(
      int out, int height, int width, int group, boolean bias, int... window) {
    return new Operator.Conv(
        tensor(out, 4 / group, height, width),
        bias ? Optional.of(tensor(out)) : Optional.empty(),
        window(window),
        group);
  }

  private static Operator.ConvTranspose transposed(
      int out, int height, int width, int group, boolean bias, int... window) {
    return new Operator.ConvTranspose(
        tensor(4, out / group, height, width),
        bias ? Optional.of(tensor(out)) : Optional.empty(),
        window(window),
        group);
  }

  private static Window window(int... w) {
    return new Window(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
  }

  private static Stream<Case> convolutions() {
    return Stream.of(
        Case.of("ConvolutionLayer", conv(3, 3, 3, 1, true, 1, 1, 1, 1, 1, 1, 1, 1), MAP),
        Case.of("ConvolutionLayer", conv(3, 3, 2, 1, false, 2, 3, 2, 1, 0, 1, 0, 1), MAP),
        Case.of("ConvolutionLayer", conv(3, 3, 3, 1, true, 1, 1, 1, 1, 2, 0, 1, 1), MAP),
        Case.of("ConvolutionLayer", conv(2, 2, 3, 1, true, 2, 1, 1, 2, 0, 1, 3, 4), MAP),
        Case.of("ConvolutionLayer", conv(2, 2, 2, 1, true, 1, 1, 1, 1, 0, 0, 1, 1), MAP),
        Case.of("PointwiseConvolution", conv(5, 1, 1, 1, true, 1, 1, 1, 1, 0, 0, 0, 0), MAP),
        Case.of("ConvolutionLayer", conv(5, 1, 1, 1, true, 2, 2, 1, 1, 0, 0, 0, 0), MAP),
        Case.of("PointwiseConvolution", conv(5, 1, 1, 1, true, 1, 1, 1, 1, 1, 1, 0, 2), MAP),
        Case.of("GroupedConvolution", conv(6, 3, 2, 2, true, 1, 2, 1, 1, 1, 0, 1, 0), MAP),
        Case.of("GroupedConvolution", conv(6, 3, 2, 2, false, 2, 1, 2, 3, 2, 1, 0, 3), MAP),
        Case.of("GroupedConvolution", conv(2, 1, 1, 2, true, 1, 1, 1, 1, 0, 0, 0, 0), MAP),
        Case.of("GroupedConvolution", conv(4, 2, 2, 2, true, 1, 1, 1, 1, 0, 0, 1, 1), MAP),
        Case.of("DepthwiseConvolution2D", conv(4, 3, 3, 4, true, 1, 1, 1, 1, 1, 1, 1, 1), MAP),
        Case.of("DepthwiseConvolution2D", conv(8, 2, 3, 4, false, 2, 1, 1, 2, 1, 3, 2, 0), MAP),
        Case.of("GraphOperator", transposed(3, 3, 2, 1, true, 1, 1, 1, 1, 0, 0, 0, 0), MAP),
        Case.of("GraphOperator", transposed(6, 3, 2, 2, false, 2, 3, 2, 1, 1, 0, 2, 1), MAP),
        Case.of(
            "DenseLayer", new Operator.Gemm(tensor(4, 6), Optional.of(tensor(4))), (Object) ROWS),
        Case.of("DenseLayer", new Operator.Gemm(tensor(4, 6), Optional.empty()), (Object) ROWS));
  }

  private static Stream<Case> normalisations() {
    return Stream.of(
        Case.of("BatchNormalization", norm(4), (Object) MAP),
        Case.of("GraphOperator", norm(6), (Object) ROWS),
        Case.of("GraphOperator", norm(4), (Object) SEQUENCE),
        Case.of(
            "LayerNorm",
            new Operator.LayerNormalization(tensor(6), Optional.empty(), 1e-6),
            (Object) ROWS),
        Case.of(
            "LayerNorm",
            new Operator.LayerNormalization(tensor(6), Optional.of(tensor(6)), 1e-6),
            (Object) SEQUENCE),
        Case.of(
            "GraphOperator",
            new Operator.LayerNormalization(tensor(7, 5), Optional.empty(), 1e-6),
            (Object) MAP),
        Case.of("ActivationSoftmax", new Operator.Softmax(1), (Object) ROWS),
        Case.of("ActivationSoftmax", new Operator.Softmax(-1), (Object) ROWS),
        Case.of("GraphOperator", new Operator.Softmax(0), (Object) new long[] {4, 6}),
        Case.of("GraphOperator", new Operator.Softmax(1), (Object) SEQUENCE),
        Case.of("GraphOperator", new Operator.Softmax(1), (Object) MAP),
        Case.of("GraphOperator", new Operator.Softmax(-2), (Object) MAP));
  }

  private static Operator.BatchNormalization norm(int channels) {
    return new Operator.BatchNormalization(
        tensor(channels), tensor(channels), tensor(channels), positive(channels), 1e-4);
  }

  private static Stream<Case> functions() {
    return Stream.of(
            Case.of("ActivationReLU", new Unary.Relu(), (Object) MAP),
            Case.of("ActivationLReLU", new Unary.LeakyRelu(0.07), (Object) MAP),
            Case.of("ActivationThresholdedReLU", new Unary.ThresholdedRelu(0.3), (Object) MAP),
            Case.of("ActivationELU", new Unary.Elu(1), (Object) MAP),
            Case.of("ActivationELU", new Unary.Elu(0.7), (Object) MAP),
            Case.of("GraphOperator", new Unary.Selu(1.5, 1.1), (Object) MAP),
            Case.of("ActivationReLU6", new Unary.Clip(0, 6), (Object) MAP),
            Case.of("ActivationHardTanH", new Unary.Clip(-1, 1), (Object) MAP),
            Case.of("GraphOperator", new Unary.Clip(-0.5, 0.25), (Object) MAP),
            Case.of("GraphOperator", new Unary.Clip(0.25, Double.POSITIVE_INFINITY), (Object) MAP),
            Case.of("ActivationSigmoid", new Unary.Sigmoid(), (Object) MAP),
            Case.of("GraphOperator", new Unary.HardSigmoid(0.2, 0.5), (Object) MAP),
            Case.of("GraphOperator", new Unary.HardSigmoid(1 / 6.0, 0.5), (Object) MAP),
            Case.of("GraphOperator", new Unary.HardSwish(), (Object) MAP),
            Case.of("ActivationTanH", new Unary.Tanh(), (Object) MAP),
            Case.of("GraphOperator", new Unary.Softplus(), (Object) MAP),
            Case.of("ActivationSoftSign", new Unary.Softsign(), (Object) MAP),
            Case.of("GeluErf", new Unary.Gelu(), (Object) MAP),
            Case.of("GraphOperator", new Unary.Erf(), (Object) MAP),
            Case.of("GraphOperator", new Unary.Exp(), (Object) MAP),
            Case.of("GraphOperator", new Unary.Abs(), (Object) MAP),
            Case.of("GraphOperator", new Unary.Neg(), (Object) MAP),
            Case.of("ActivationIdentity", new Operator.Identity(), (Object) MAP))
        .flatMap(
            tested ->
                Stream.of(tested, Case.of(tested.vertex(), tested.operator(), (Object) SEQUENCE)));
  }

  private static Stream<Case> pairs() {
    long[] gate = {Shape.UNKNOWN, 4, 1, 1};
    return Stream.of(
        Case.of("ElementWiseVertex", new Operator.Add(), MAP, MAP),
        Case.of("ElementWiseVertex", new Operator.Mul(), SEQUENCE, SEQUENCE),
        Case.of("ElementWiseVertex", new Operator.Sub(), ROWS, ROWS),
        Case.of("ElementWiseVertex", new Operator.Max(), MAP, MAP),
        Case.of("GraphOperator", new Operator.Min(), MAP, MAP),
        Case.of("GraphOperator", new Operator.Add(), MAP, gate),
        Case.of("GraphOperator", new Operator.Sub(), gate, MAP),
        Case.of("ChannelScale", new Operator.Mul(), gate, MAP),
        Case.of("GraphOperator", new Operator.Div(), MAP, positive(4, 1, 1)),
        Case.of("GraphOperator", new Operator.Div(), tensor(), new long[] {2, 3}),
        Case.of("GraphOperator", new Operator.Sub(), tensor(7, 5), MAP),
        Case.of("GraphOperator", new Operator.Sub(), SEQUENCE, tensor(6)),
        Case.of("GraphOperator", new Operator.Min(), ROWS, tensor(1)),
        Case.of("ConstantAffine", new Operator.Add(), MAP, tensor()),
        Case.of("ConstantAffine", new Operator.Mul(), tensor(4, 1, 1), MAP),
        Case.of("ConstantAffine", new Operator.Mul(), MAP, tensor(7, 1)),
        Case.of("GraphOperator", new Operator.Mul(), SEQUENCE, tensor(6)),
        Case.of("GraphOperator", new Operator.Add(), tensor(4, 1), SEQUENCE),
        Case.of("GraphOperator", new Operator.Add(), ROWS, tensor(6)),
        Case.of("GraphOperator", new Operator.Mul(), ROWS, tensor()),
        Case.of("GraphOperator", new Operator.Add(), gate, tensor(4, 7, 5)),
        Case.of("GraphOperator", new Operator.Add(), SEQUENCE, tensor(2, 1, 1, 1)),
        Case.of("Linear", new Operator.MatMul(), SEQUENCE, tensor(6, 3)),
        Case.of("Linear", new Operator.MatMul(), tensor(3, 4), SEQUENCE),
        Case.of("Linear", new Operator.MatMul(), MAP, tensor(5, 2)),
        Case.of("GraphOperator", new Operator.MatMul(), MAP, tensor(4, 5, 2)),
        Case.of(
            "GraphOperator", new Operator.MatMul(), SEQUENCE, new long[] {Shape.UNKNOWN, 6, 2}));
  }

  private static Stream<Case> movements() {
    return Stream.of(
        Case.of("Rearrange", new Movement.Flatten(), (Object) MAP),
        Case.of("Rearrange", Movement.Reshape.to(-1, 7, 20), (Object) MAP),
        Case.of("Rearrange", Movement.Transpose.by(2, 0, 3, 1), (Object) MAP),
        Case.of("MergeVertex", new Movement.Concat(1, 2), MAP, new long[] {-1, 2, 7, 5}),
        Case.of("MergeVertex", new Movement.Concat(1, 3), ROWS, ROWS, new long[] {-1, 1}),
        Case.of("MergeVertex", new Movement.Concat(1, 2), SEQUENCE, new long[] {-1, 1, 6}),
        Case.of("GraphOperator", new Movement.Concat(2, 2), SEQUENCE, new long[] {-1, 4, 1}),
        Case.of("GraphOperator", new Movement.Concat(3, 2), MAP, MAP),
        Case.of("GraphOperator", new Movement.Slice(1, 1, 3), (Object) MAP),
        Case.of("GraphOperator", new Movement.Slice(2, 4, 6), (Object) SEQUENCE),
        Case.of("ZeroPaddingLayer", pad(0, 0, 0, 1, 2, 0, 0, 3, 1), (Object) MAP),
        Case.of("GraphOperator", pad(-2.5, 0, 0, 1, 2, 0, 0, 3, 1), (Object) MAP),
        Case.of("GraphOperator", pad(0, 0, 1, 0, 0, 0, 0, 0, 1), (Object) MAP),
        Case.of("GraphOperator", pad(0, 0, 1, 0, 2), (Object) ROWS),
        Case.of("Upsampling2D", new Movement.Resize(2, 3), (Object) MAP));
  }

  private static Movement.Pad pad(double value, long... sizes) {
    List<Long> all = java.util.Arrays.stream(sizes).boxed().toList();
    int rank = sizes.length / 2;
    return new Movement.Pad(all.subList(0, rank), all.subList(rank, 2 * rank), value);
  }

  private static Stream<Case> pools() {
    Window even = window(2, 1, 1, 1, 1, 0, 1, 0);
    Window uneven = window(1, 2, 1, 2, 0, 1, 1, 0);
    return Stream.of(
        Case.of("GlobalPoolingLayer", new Pooling.GlobalAveragePool(), (Object) MAP),
        Case.of("GlobalPoolingLayer", new Pooling.GlobalMaxPool(), (Object) MAP),
        Case.of("SubsamplingLayer", new Pooling.MaxPool(3, 2, even), (Object) MAP),
        Case.of("GraphOperator", new Pooling.MaxPool(2, 2, uneven), (Object) MAP),
        Case.of("SubsamplingLayer", new Pooling.AveragePool(3, 2, even, true), (Object) MAP),
        Case.of("SubsamplingLayer", new Pooling.AveragePool(3, 2, even, false), (Object) MAP),
        Case.of("GraphOperator", new Pooling.AveragePool(2, 2, uneven, true), (Object) MAP),
        Case.of("GraphOperator", new Pooling.AveragePool(2, 2, uneven, false), (Object) MAP),
        Case.of("GlobalPoolingLayer", mean(true, 2, 3), (Object) MAP),
        Case.of("GlobalPoolingLayer", mean(false, 2, 3), (Object) MAP),
        Case.of("GraphOperator", mean(false, 2), (Object) SEQUENCE),
        Case.of("GraphOperator", mean(true, 1), (Object) MAP));
  }

  private static Pooling.ReduceMean mean(boolean keep, Integer... axes) {
    return new Pooling.ReduceMean(List.of(axes), keep);
  }

  static Stream<Case> cases() {
    return Stream.of(convolutions(), normalisations(), functions(), pairs(), movements(), pools())
        .flatMap(all -> all);
  }

  private static Map<String, INDArray> inputs(Graph graph) {
    Map<String, INDArray> inputs = new HashMap<>();
    for (Input input : graph.inputs()) {
      long[] shape = input.shape().toArray();
      shape[0] = shape[0] < 0 ? BATCH : shape[0];
      double[] elements =
          new Random(5 + inputs.size())
              .doubles(Math.toIntExact(Shape.of(shape).elements()), -4, 4)
              .toArray();
      inputs.put(input.name(), Nd4j.createFromArray(elements).reshape(shape));
    }
    return inputs;
  }

  private static INDArray[] ordered(Graph graph, Map<String, INDArray> inputs) {
    return graph.inputs().stream().map(input -> inputs.get(input.name())).toArray(INDArray[]::new);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void computesInDl4jWhatTheGraphComputes(Case tested) {
    Graph graph = tested.graph();
    ComputationGraph network =
        Dl4jWriter.toComputationGraph(graph, Optional.empty(), ElementType.FLOAT64);
    Map<String, INDArray> inputs = inputs(graph);
    INDArray expected = new ReferenceExecutor(graph, ElementType.FLOAT64).run(inputs).get("result");
    assertClose(expected, network.output(ordered(graph, inputs))[0], FLOAT64_TOLERANCE);
    assertEquals(tested.vertex(), kind(network.getConfiguration().getVertices().get("result")));
  }

  private static String kind(GraphVertex vertex) {
    if (vertex instanceof LayerVertex layer) {
      var kind = layer.getLayerConf().getLayer();
      return kind instanceof org.deeplearning4j.nn.conf.layers.ActivationLayer activation
          ? activation.getActivationFn().getClass().getSimpleName()
          : kind.getClass().getSimpleName();
    }
    return vertex.getClass().getSimpleName();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isReadBackFromAZipAsWhatItComputes(Case tested, @TempDir Path folder) throws IOException {
    Graph graph = tested.graph();
    ComputationGraph network =
        Dl4jWriter.toComputationGraph(graph, Optional.empty(), ElementType.FLOAT64);
    Path file = folder.resolve("net.zip");
    Dl4jWriter.write(network, graph.inputs(), Map.of(), file, false);
    Dl4jGraph read = new Dl4jReader().read(file);
    assertEquals(
        network.getConfiguration().getVertices(), read.source().getConfiguration().getVertices());
    Map<String, INDArray> inputs = inputs(graph);
    assertClose(
        new ReferenceExecutor(graph, ElementType.FLOAT64).run(inputs).get("result"),
        new ReferenceExecutor(read.graph(), ElementType.FLOAT64)
            .run(inputs)
            .get(read.graph().outputs().get(0)),
        FLOAT64_TOLERANCE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void functionHoldsForExtremeValues(Case tested) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("value", Shape.UNKNOWN, EXTREMES.length);
    builder.add("result", tested.operator(), "value");
    Graph graph = builder.output("result").build();
    INDArray input = Nd4j.createFromArray(new double[][] {EXTREMES});
    INDArray expected = new ReferenceExecutor(graph, ElementType.FLOAT64).run(input);
    INDArray found =
        Dl4jWriter.toComputationGraph(graph, Optional.empty(), ElementType.FLOAT64)
            .outputSingle(input);
    for (int i = 0; i < EXTREMES.length; i++) {
      double value = expected.getDouble(0, i);
      assertEquals(
          value,
          found.getDouble(0, i),
          Double.isInfinite(value) ? 0 : FLOAT64_TOLERANCE * Math.max(1, Math.abs(value)),
          "of " + EXTREMES[i]);
    }
  }
}
