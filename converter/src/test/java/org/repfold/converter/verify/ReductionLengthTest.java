package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ReductionLengthTest {
  private static final RandomOperators RANDOM = new RandomOperators(3);

  static Stream<Arguments> operators() {
    Shape map = Shape.of(-1, 4, 5, 6);
    return Stream.of(
        Arguments.of(RANDOM.conv(4, 6, 3, 1, 2), 2 * 9 + 1),
        Arguments.of(
            new Operator.ConvTranspose(
                RANDOM.tensor(4, 5, 3, 3), Optional.empty(), Window.unit(), 2),
            2 * 9 + 1),
        Arguments.of(
            new Operator.LayerNormalization(RANDOM.tensor(5, 6), Optional.empty(), 1e-5), 2 * 30),
        Arguments.of(new Operator.Softmax(1), 4),
        Arguments.of(new Pooling.GlobalAveragePool(), 30),
        Arguments.of(new Pooling.AveragePool(3, 2, Window.unit(), true), 6),
        Arguments.of(new Pooling.ReduceMean(List.of(0, 1, 3), false), 24),
        Arguments.of(new Pooling.MaxPool(3, 2, Window.unit()), 1),
        Arguments.of(new Movement.Resize(2, 2), 1),
        Arguments.of(new Unary.Tanh(), 1),
        Arguments.of(
            new Operator.Opaque("Odd", List.of(map), map, new Operator.Opaque.Body() {}),
            4 * 5 * 6 + 1));
  }

  @ParameterizedTest
  @MethodSource("operators")
  void operatorAddsTheTermsThatItSums(Operator operator, long terms) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4, 5, 6);
    builder.add("y", operator, "x");
    assertEquals(1 + terms, ReductionLength.upTo(builder.output("y").build()).get("y"));
  }

  @Test
  void termsOfAllOperatorsUpToAValueAddUp() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4, 5, 6);
    builder.add("conv", RANDOM.conv(4, 6, 3, 1, 2), "x");
    builder.add("pool", new Pooling.GlobalAveragePool(), "conv");
    Graph graph = builder.output("pool").build();
    assertEquals(1 + 19 + 30, ReductionLength.upTo(graph).get("pool"));
  }
}
