package org.repfold.converter.io.dl4j.layers;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/**
 * Takes an operator apart into what a configuration can hold, and puts it together again. An
 * operator is a record, so its components say how: tensors are its parameters, and every other
 * component is a number or a few numbers.
 */
final class OperatorParts {
  private static final Map<String, Class<?>> KINDS =
      records(Operator.class).collect(Collectors.toMap(Class::getSimpleName, kind -> kind));

  private final Class<?> kind;

  private OperatorParts(Class<?> kind) {
    this.kind = kind;
  }

  private static Stream<Class<?>> records(Class<?> type) {
    return type.isRecord()
        ? Stream.of(type)
        : Arrays.stream(type.getPermittedSubclasses()).flatMap(OperatorParts::records);
  }

  static OperatorParts of(Operator operator) {
    return of(operator.getClass().getSimpleName());
  }

  /**
   * The parts of operators of one type.
   *
   * @throws IllegalArgumentException if there is no such type, or it has parts that no
   *     configuration can hold
   */
  static OperatorParts of(String type) {
    Class<?> kind = KINDS.get(type);
    if (kind == null || kind == Operator.Opaque.class) {
      throw new IllegalArgumentException("operator: expected a known type, found '" + type + "'");
    }
    return new OperatorParts(kind);
  }

  /** The names of the parameters that an operator of this type may have. */
  Set<String> parameterNames() {
    return Arrays.stream(kind.getRecordComponents())
        .filter(OperatorParts::isTensor)
        .map(RecordComponent::getName)
        .collect(Collectors.toSet());
  }

  /** The numbers of each component that is no tensor, by its name. */
  Map<String, double[]> attributes(Operator operator) {
    Map<String, double[]> attributes = new LinkedHashMap<>();
    for (RecordComponent component : kind.getRecordComponents()) {
      if (!isTensor(component)) {
        attributes.put(component.getName(), numbers(value(component, operator)).toArray());
      }
    }
    return attributes;
  }

  /**
   * The operator.
   *
   * @param parameters by name; one that is optional may be missing
   * @throws IllegalArgumentException if an attribute is missing or is not what the operator takes
   * @throws org.repfold.graph.BadInputException if the operator refuses them
   */
  Operator assemble(Map<String, double[]> attributes, Map<String, Tensor> parameters) {
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : kind.getRecordComponents()) {
      Optional<Tensor> parameter = Optional.ofNullable(parameters.get(component.getName()));
      if (component.getType() == Optional.class) {
        values.add(parameter);
      } else if (component.getType() == Tensor.class) {
        values.add(parameter.orElseThrow(() -> unfit(component, "a tensor", "none")));
      } else {
        values.add(attribute(component, attributes.get(component.getName())));
      }
    }
    return (Operator) instance(kind, values);
  }

  /**
   * How many values the operator takes.
   *
   * @throws RuntimeException if the attributes are not what the operator takes, as far as can be
   *     told without its parameters
   */
  int arity(Map<String, double[]> attributes) {
    if (parameterNames().isEmpty()) {
      return assemble(attributes, Map.of()).arity();
    }
    for (RecordComponent component : kind.getRecordComponents()) {
      if (!isTensor(component)) {
        attribute(component, attributes.get(component.getName()));
      }
    }
    // No operator with parameters takes more, and a constant takes none and is no vertex.
    return 1;
  }

  private static boolean isTensor(RecordComponent component) {
    return component.getType() == Tensor.class || component.getType() == Optional.class;
  }

  private static Object value(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DoubleStream numbers(Object value) {
    if (value instanceof Number number) {
      return DoubleStream.of(number.doubleValue());
    } else if (value instanceof Boolean flag) {
      return DoubleStream.of(flag ? 1 : 0);
    } else if (value instanceof Collection<?> list) {
      return list.stream().flatMapToDouble(OperatorParts::numbers);
    }
    return Arrays.stream(value.getClass().getRecordComponents())
        .flatMapToDouble(component -> numbers(value(component, value)));
  }

  private static Object attribute(RecordComponent component, double[] numbers) {
    Type type = component.getGenericType();
    if (numbers != null && type instanceof ParameterizedType list) {
      Class<?> element = (Class<?>) list.getActualTypeArguments()[0];
      return Arrays.stream(numbers).mapToObj(number -> scalar(component, element, number)).toList();
    } else if (numbers != null && component.getType().isRecord()) {
      RecordComponent[] inner = component.getType().getRecordComponents();
      if (numbers.length == inner.length) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < inner.length; i++) {
          values.add(scalar(inner[i], inner[i].getType(), numbers[i]));
        }
        return instance(component.getType(), values);
      }
    } else if (numbers != null && numbers.length == 1) {
      return scalar(component, component.getType(), numbers[0]);
    }
    throw unfit(component, "numbers", Arrays.toString(numbers));
  }

  private static Object scalar(RecordComponent component, Class<?> type, double number) {
    if (type == double.class) {
      return number;
    } else if (type == boolean.class) {
      return number != 0;
    } else if ((type == int.class || type == Integer.class) && number == (int) number) {
      return (int) number;
    } else if ((type == long.class || type == Long.class) && number == (long) number) {
      return (long) number;
    }
    throw unfit(component, type.getSimpleName(), Double.toString(number));
  }

  private static Object instance(Class<?> record, List<Object> values) {
    Class<?>[] types =
        Arrays.stream(record.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = record.getDeclaredConstructor(types);
      return constructor.newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static IllegalArgumentException unfit(
      RecordComponent component, String expected, String found) {
    return new IllegalArgumentException(
        "%s of %s: expected %s, found %s"
            .formatted(
                component.getName(),
                component.getDeclaringRecord().getSimpleName(),
                expected,
                found));
  }
}
