package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Graph;
import org.repfold.graph.Unary;

class GeluFormsTest {
  private static final float ROOT = (float) Math.sqrt(2);
  private static final float INVERSE_ROOT = (float) Math.sqrt(0.5);

  private final ForeignModel model = new ForeignModel().input("x", -1, 3);

  private GeluFormsTest number(String name, float value) {
    model.initializer(ForeignModel.floats(name, new long[0], value));
    return this;
  }

  private GeluFormsTest node(String type, String output, String... inputs) {
    model.node(type, output, List.of(inputs));
    return this;
  }

  private GeluFormsTest divided() {
    return number("root", ROOT).node("Div", "scaled", "x", "root");
  }

  private GeluFormsTest error() {
    return number("one", 1).node("Erf", "erf", "scaled").node("Add", "sum", "erf", "one");
  }

  private Graph read() {
    return OnnxReader.read(model.output("y").toBytes());
  }

  private void isGelu() {
    Graph graph = read();
    assertEquals(List.of("y"), graph.nodes().stream().map(node -> node.name()).toList());
    assertEquals(new Unary.Gelu(), graph.find("y").orElseThrow().operator());
    assertEquals("x", graph.find("y").orElseThrow().input());
  }

  private void isNone() {
    assertFalse(read().operatorCounts().containsKey("Gelu"));
  }

  @Test
  void theHalfMayComeLast() {
    divided()
        .error()
        .number("half", 0.5f)
        .node("Mul", "p", "x", "sum")
        .node("Mul", "y", "p", "half");
    isGelu();
  }

  @Test
  void theHalfMayComeFirst() {
    divided()
        .error()
        .number("half", 0.5f)
        .node("Mul", "p", "half", "x")
        .node("Mul", "y", "p", "sum");
    isGelu();
  }

  @Test
  void theHalfMayScaleTheErrorFunction() {
    divided()
        .error()
        .number("half", 0.5f)
        .node("Mul", "p", "sum", "half")
        .node("Mul", "y", "x", "p");
    isGelu();
  }

  @Test
  void theArgumentMayBeMultiplied() {
    number("inverse", INVERSE_ROOT).node("Mul", "scaled", "inverse", "x");
    error().number("half", 0.5f).node("Mul", "p", "x", "sum").node("Mul", "y", "p", "half");
    isGelu();
  }

  @Test
  void aPartThatSomethingElseTakesStays() {
    divided()
        .error()
        .number("half", 0.5f)
        .node("Mul", "p", "x", "sum")
        .node("Mul", "y", "p", "half");
    model.output("sum");
    assertEquals(
        List.of("root", "one", "scaled", "erf", "sum", "y"),
        read().nodes().stream().map(node -> node.name()).toList());
  }

  @ParameterizedTest
  @ValueSource(floats = {1.4142f, 1.4142137f, 2, -1.4142135f})
  void anotherRootIsNone(float root) {
    number("root", root).node("Div", "scaled", "x", "root");
    error().number("half", 0.5f).node("Mul", "p", "x", "sum").node("Mul", "y", "p", "half");
    isNone();
  }

  @Test
  void anotherFactorIsNone() {
    divided()
        .error()
        .number("half", 0.25f)
        .node("Mul", "p", "x", "sum")
        .node("Mul", "y", "p", "half");
    isNone();
  }

  @Test
  void anotherSummandIsNone() {
    divided().number("one", 1.5f).node("Erf", "erf", "scaled").node("Add", "sum", "erf", "one");
    number("half", 0.5f).node("Mul", "p", "x", "sum").node("Mul", "y", "p", "half");
    isNone();
  }

  @Test
  void theErrorFunctionOfAnotherValueIsNone() {
    node("Relu", "z", "x").number("root", ROOT).node("Div", "scaled", "z", "root");
    error().number("half", 0.5f).node("Mul", "p", "x", "sum").node("Mul", "y", "p", "half");
    isNone();
  }

  @Test
  void theQuotientOfTheRootIsNone() {
    number("root", ROOT).node("Div", "scaled", "root", "x");
    error().number("half", 0.5f).node("Mul", "p", "x", "sum").node("Mul", "y", "p", "half");
    isNone();
  }

  @Test
  void theSquareOfTheErrorFunctionIsNone() {
    divided()
        .error()
        .number("half", 0.5f)
        .node("Mul", "p", "sum", "sum")
        .node("Mul", "y", "p", "half");
    isNone();
  }
}
