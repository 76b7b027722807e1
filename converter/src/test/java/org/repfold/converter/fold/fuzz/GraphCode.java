package org.repfold.converter.fold.fuzz;

import java.lang.reflect.RecordComponent;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** A graph as Java statements that build it, to be pasted into a test. */
final class GraphCode {
  private final StringBuilder code = new StringBuilder();
  private final Map<Tensor, Integer> uses = new IdentityHashMap<>();
  private final Map<Tensor, String> variables = new IdentityHashMap<>();

  private GraphCode() {}

  static String of(Graph graph) {
    return new GraphCode().print(graph);
  }

  private String print(Graph graph) {
    for (Node node : graph.nodes()) {
      node.operator().parameters().values().forEach(t -> uses.merge(t, 1, Integer::sum));
    }
    code.append("GraphBuilder graph = new GraphBuilder();\n");
    for (Input input : graph.inputs()) {
      line("graph.input(%s, %s);", quoted(input.name()), sizes(input.shape()));
    }
    for (Node node : graph.nodes()) {
      String operands =
          node.inputs().stream().map(name -> ", " + quoted(name)).collect(Collectors.joining());
      line("graph.add(%s, %s%s);", quoted(node.name()), of(node.operator()), operands);
    }
    graph.outputs().forEach(output -> line("graph.output(%s);", quoted(output)));
    return code.toString();
  }

  private void line(String format, Object... arguments) {
    code.append(format.formatted(arguments)).append('\n');
  }

  private String of(Object value) {
    if (value instanceof Tensor tensor) {
      return uses.get(tensor) > 1
          ? variables.computeIfAbsent(tensor, this::declared)
          : tensor(tensor);
    } else if (value instanceof Optional<?> optional) {
      return optional.map(of -> "Optional.of(" + of(of) + ")").orElse("Optional.empty()");
    } else if (value instanceof List<?> list) {
      return list.stream().map(this::of).collect(Collectors.joining(", ", "List.of(", ")"));
    } else if (value instanceof Shape shape) {
      return "Shape.of(" + sizes(shape) + ")";
    } else if (value instanceof String text) {
      return quoted(text);
    } else if (value instanceof Long number) {
      return number + "L";
    } else if (value instanceof Operator.Opaque.Body) {
      return "OtherMotifs.SOFTSIGN";
    } else if (value instanceof Record operator) {
      return record(operator);
    }
    return String.valueOf(value);
  }

  /** A record as a call of its constructor. */
  private String record(Record value) {
    Class<?> type = value.getClass();
    Class<?> outer = type.getEnclosingClass();
    StringBuilder arguments = new StringBuilder();
    for (RecordComponent component : type.getRecordComponents()) {
      try {
        arguments.append(arguments.isEmpty() ? "" : ", ");
        arguments.append(of(component.getAccessor().invoke(value)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    String name = (outer == null ? "" : outer.getSimpleName() + ".") + type.getSimpleName();
    return "new " + name + "(" + arguments + ")";
  }

  private String declared(Tensor tensor) {
    String name = "shared" + (variables.size() + 1);
    line("Tensor %s = %s;", name, tensor(tensor));
    return name;
  }

  private static String tensor(Tensor tensor) {
    String elements =
        IntStream.range(0, tensor.size())
            .mapToObj(i -> Double.toString(tensor.get(i)))
            .collect(Collectors.joining(", "));
    return tensor.shape().rank() == 1
        ? "Tensor.vector(" + elements + ")"
        : "Tensor.of(Shape.of(" + sizes(tensor.shape()) + "), " + elements + ")";
  }

  private static String sizes(Shape shape) {
    return LongStream.of(shape.toArray())
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", "));
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }
}
