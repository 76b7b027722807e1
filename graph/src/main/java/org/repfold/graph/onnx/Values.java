package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/** What is known of a model's values while it is read: numbers of some, shapes of the others. */
final class Values {
  /** What a small file may make of its constants, whatever it repeats them to. */
  private static final long MOST_COMPUTED = 1 << 24;

  /** A large file's constants may be rearranged, several times over. */
  private static final long MOST_COMPUTED_PER_STORED = 8;

  private final Map<String, Known> known = new LinkedHashMap<>();
  private final Map<String, TensorProto> foreign = new HashMap<>();
  private final Map<String, PerSample> perSample = new HashMap<>();
  private final Map<String, Shape> shapes = new HashMap<>();
  private final Map<String, Long> batches = new HashMap<>();
  private final int floatType;
  private long stored;
  private long computed;

  /**
   * @param floatType ONNX's data type of the network's inputs
   */
  Values(int floatType) {
    this.floatType = floatType;
  }

  int floatType() {
    return floatType;
  }

  boolean contains(String name) {
    return known.containsKey(name)
        || perSample.containsKey(name)
        || foreign.containsKey(name)
        || shapes.containsKey(name);
  }

  /** Adds a constant that the model stores. */
  void store(String name, Known value) {
    stored += value.size();
    add(name, value);
  }

  /** Adds a constant that was computed from others. */
  void add(String name, Known value) {
    requireFree(name);
    known.put(name, value);
  }

  /** Adds a value with a known part for each sample. */
  void add(String name, PerSample value) {
    requireFree(name);
    perSample.put(name, value);
    batches.put(name, 1L);
  }

  /** Adds a constant of a type that only operators take which are not known here. */
  void store(String name, TensorProto value) {
    requireFree(name);
    foreign.put(name, value);
  }

  private void requireFree(String name) {
    if (name.isEmpty() || contains(name)) {
      throw new BadInputException("tensor '" + name + "': expected a unique, non-empty name");
    }
  }

  /** Adds an input of the network. */
  void addInput(String name, Shape shape) {
    shapes.put(name, shape);
    if (!shape.isKnown()) {
      batches.put(name, 1L);
    }
  }

  /**
   * Adds a value that the network computes.
   *
   * @param inputs from which it is computed
   * @param reshaped whether its elements are those of its input, in another shape
   */
  void addComputed(String name, Shape shape, List<String> inputs, boolean reshaped) {
    shapes.put(name, shape);
    if (!shape.isKnown()) {
      inputs.stream()
          .filter(batches::containsKey)
          .findFirst()
          .flatMap(input -> batch(input, shape, reshaped))
          .ifPresent(batch -> batches.put(name, batch));
    }
  }

  private Optional<Long> batch(String input, Shape shape, boolean reshaped) {
    if (!reshaped) {
      return Optional.of(batches.get(input));
    }
    long elements = Math.multiplyExact(batches.get(input), knownProduct(shapes.get(input)));
    long others = knownProduct(shape);
    return others > 0 && elements % others == 0 ? Optional.of(elements / others) : Optional.empty();
  }

  /** The product of those sizes that are known. */
  static long knownProduct(Shape shape) {
    return Arrays.stream(shape.toArray())
        .filter(size -> size != Shape.UNKNOWN)
        .reduce(1, Math::multiplyExact);
  }

  /** Names the shape of a constant that the network takes as an operand. */
  void use(String name, Known value) {
    shapes.put(name, value.shape());
  }

  /**
   * The numbers of a constant; nothing if the network computes the value.
   *
   * @throws NotSupportedException if the constant's type is none that numbers are held of
   */
  Optional<Known> known(String name) {
    if (foreign.containsKey(name)) {
      throw new NotSupportedException(
          "tensor '"
              + name
              + "': expected float32, float64, int64, int32 or bool; ONNX data type "
              + foreign.get(name).getDataType());
    }
    return Optional.ofNullable(known.get(name));
  }

  /** A value with a known part for each sample; nothing if it is another one. */
  Optional<PerSample> perSample(String name) {
    return Optional.ofNullable(perSample.get(name));
  }

  Optional<TensorProto> foreign(String name) {
    return Optional.ofNullable(foreign.get(name));
  }

  /** In the order they came. */
  Map<String, Known> known() {
    return known;
  }

  Map<String, Shape> shapes() {
    return shapes;
  }

  /** The shape of a value, which must have been computed. */
  Shape shape(String name) {
    Shape shape = shapes.get(name);
    if (shape == null) {
      return known(name)
          .map(Known::shape)
          .or(() -> perSample(name).map(PerSample::shape))
          .orElseThrow(
              () ->
                  new BadInputException(
                      "expected input '" + name + "' to be computed before it; is there a cycle?"));
    }
    return shape;
  }

  /** How many times the batch the unknown size of a value's shape is. */
  Optional<Long> batch(String name) {
    return Optional.ofNullable(batches.get(name));
  }

  /**
   * To be called before the elements of a computed constant are allocated.
   *
   * @throws BadInputException if all together are more than a model of this size has use for
   */
  void reserve(Shape shape) {
    long elements = shape.elements();
    long most = MOST_COMPUTED + MOST_COMPUTED_PER_STORED * stored;
    computed = elements > most ? most + 1 : computed + elements;
    if (computed > most) {
      throw new BadInputException(
          "expected at most " + most + " elements computed from constants, found more");
    }
  }
}
