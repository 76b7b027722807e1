package org.repfold.converter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Operator;

class OperatorKindTest {
  private static final Set<String> WITHOUT_A_KIND = Set.of("Constant", "Identity", "Opaque");

  static Stream<String> operators() {
    return records(Operator.class)
        .map(Class::getSimpleName)
        .filter(name -> !WITHOUT_A_KIND.contains(name));
  }

  private static Stream<Class<?>> records(Class<?> operator) {
    return operator.isSealed()
        ? Arrays.stream(operator.getPermittedSubclasses()).flatMap(OperatorKindTest::records)
        : Stream.of(operator);
  }

  @ParameterizedTest
  @MethodSource("operators")
  void everyOperatorHasAKind(String operator) {
    assertNotEquals(OperatorKind.OTHER, OperatorKind.of(node(operator)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Identity", "Opaque", "Einsum"})
  void otherOperatorsHaveNone(String operator) {
    assertEquals(OperatorKind.OTHER, OperatorKind.of(node(operator)));
  }

  private static NodeSummary node(String operator) {
    return new NodeSummary("node", operator, "", List.of(), List.of(1L, 2L, 3L, 3L), 0);
  }
}
