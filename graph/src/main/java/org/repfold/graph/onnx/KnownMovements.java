package org.repfold.graph.onnx;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Computes the operators that move or choose elements, of known values. */
final class KnownMovements {
  private KnownMovements() {}

  static Known read(OnnxNode node) {
    Known input =
        node.known(0).orElseThrow(() -> new BadInputException("expected input 0, found none"));
    return switch (node.type()) {
      case "Identity" -> input;
      case "Transpose" -> transposed(node, input);
      case "Slice" -> sliced(node, input);
      case "Gather" -> gathered(node, input);
      case "Concat" -> concatenated(node);
      case "Expand" -> KnownShapes.repeated(node, input, KnownShapes.expanded(node));
      case "Where" -> chosen(node, input);
      case "ScatterND" -> scattered(node, input);
      default -> reshaped(node, input);
    };
  }

  private static Known reshaped(OnnxNode node, Known input) {
    Shape target = ReshapeReader.target(node);
    if (!target.isKnown()) {
      long others = Values.knownProduct(target);
      int free =
          IntStream.range(0, target.rank())
              .filter(i -> target.dimension(i) < 0)
              .findFirst()
              .orElseThrow();
      return input.reshaped(target.with(free, others == 0 ? 0 : input.size() / others));
    }
    return input.reshaped(target);
  }

  private static Known transposed(OnnxNode node, Known input) {
    List<Integer> permutation = MovementReader.transpose(node).permutation();
    return input.picked(transposition(node, input.shape(), permutation));
  }

  /** The elements of a known value with its axes in another order. */
  static Picking transposition(OnnxNode node, Shape shape, List<Integer> permutation) {
    if (permutation.size() != shape.rank()) {
      throw new BadInputException(
          "expected a value of " + permutation.size() + " axes, found shape " + shape);
    }
    long[] strides = Picking.strides(shape);
    long[] sizes = permutation.stream().mapToLong(shape::dimension).toArray();
    long[] permuted = permutation.stream().mapToLong(axis -> strides[axis]).toArray();
    return Picking.strided(node.reserved(Shape.of(sizes)), 0, permuted);
  }

  private static Known sliced(OnnxNode node, Known input) {
    Known result = input;
    for (Cut cut : Cut.of(node)) {
      result = cut(node, result, cut);
    }
    return result;
  }

  static List<Known> split(OnnxNode node) {
    Known input = node.known(0).orElseThrow();
    return Cut.split(node).stream().map(cut -> cut(node, input, cut)).toList();
  }

  private static Known cut(OnnxNode node, Known input, Cut cut) {
    node.reserved(input.shape().with(cut.axis(), cut.count()));
    return input.picked(Picking.along(input.shape(), cut.axis(), cut.positions()));
  }

  private static Known gathered(OnnxNode node, Known input) {
    node.requireInputs(2, 2);
    int axis = node.axis(node.attributes().integer("axis", 0));
    Tensor indices = node.parameter(1);
    int[] positions = positions(node, indices, input.shape().dimension(axis));
    node.reserved(input.shape().with(axis, positions.length));
    Known picked = input.picked(Picking.along(input.shape(), axis, positions));
    long[] own = input.shape().toArray();
    long[] sizes = new long[own.length - 1 + indices.shape().rank()];
    System.arraycopy(own, 0, sizes, 0, axis);
    System.arraycopy(indices.shape().toArray(), 0, sizes, axis, indices.shape().rank());
    System.arraycopy(own, axis + 1, sizes, axis + indices.shape().rank(), own.length - axis - 1);
    return picked.reshaped(Shape.of(sizes));
  }

  /** Positions along an axis of the given size; negative ones come counted from its end. */
  static int[] positions(OnnxNode node, Tensor indices, long size) {
    if (indices.type() != ElementType.INT64) {
      throw new BadInputException("expected positions of int64, found " + indices);
    }
    int[] positions = new int[Math.toIntExact(node.reserved(indices.shape()).elements())];
    long[] given = indices.toLongs();
    for (int i = 0; i < positions.length; i++) {
      positions[i] = Math.toIntExact(position(given[i], size));
    }
    return positions;
  }

  static long position(long index, long size) {
    long position = index < 0 ? index + size : index;
    if (position < 0 || position >= size) {
      throw new BadInputException("expected a position of " + size + ", found " + index);
    }
    return position;
  }

  private static Known concatenated(OnnxNode node) {
    List<Known> parts =
        IntStream.range(0, node.inputs()).mapToObj(node::known).map(k -> k.orElseThrow()).toList();
    return concatenated(node, MovementReader.concat(node).axis(), parts);
  }

  /** Known values one behind the other along an axis. */
  static Known concatenated(OnnxNode node, int axis, List<Known> parts) {
    Shape first = parts.get(0).shape();
    long size = 0;
    for (Known part : parts) {
      if (part.shape().rank() != first.rank()
          || !part.shape().with(axis, 1).equals(first.with(axis, 1))
          || part.isWhole() != parts.get(0).isWhole()) {
        throw new BadInputException(
            "expected inputs that differ in the size of axis "
                + axis
                + " alone, found "
                + parts.stream().map(Known::numbers).toList());
      }
      size += part.shape().dimension(axis);
    }
    Shape shape = node.reserved(first.with(axis, size));
    Assembly assembly = new Assembly(parts.get(0).type(), shape, parts);
    long inner = first.product(axis + 1, first.rank());
    long offset = 0;
    for (Known part : parts) {
      long own = part.shape().dimension(axis) * inner;
      for (int i = 0; i < part.size(); i++) {
        assembly.put(Math.toIntExact(i / own * size * inner + offset + i % own), part, i);
      }
      offset += own;
    }
    return assembly.known();
  }

  private static Known chosen(OnnxNode node, Known condition) {
    node.requireInputs(3, 3);
    Known yes = node.known(1).orElseThrow();
    Known no = node.known(2).orElseThrow();
    if (!condition.isWhole() || yes.isWhole() != no.isWhole()) {
      throw new BadInputException("expected a condition of bool and two values of one type");
    }
    Shape shape =
        KnownShapes.broadcast(condition.shape(), KnownShapes.broadcast(yes.shape(), no.shape()));
    int[] where = Picking.broadcast(condition.shape(), node.reserved(shape)).from();
    int[] first = Picking.broadcast(yes.shape(), shape).from();
    int[] second = Picking.broadcast(no.shape(), shape).from();
    Assembly assembly = new Assembly(yes.type(), shape, List.of(yes, no));
    for (int i = 0; i < where.length; i++) {
      boolean holds = condition.numbers().get(where[i]) != 0;
      assembly.put(i, holds ? yes : no, holds ? first[i] : second[i]);
    }
    return assembly.known();
  }

  private static Known scattered(OnnxNode node, Known data) {
    Known updates = ScatterReader.updates(node);
    int[] targets = ScatterReader.targets(node, node.parameter(1), updates.shape(), data.shape());
    if (data.isWhole() != updates.isWhole()) {
      throw new BadInputException(
          "expected updates of the data's type, found " + updates.numbers());
    }
    node.reserved(data.shape());
    Assembly assembly = new Assembly(data.type(), data.shape(), List.of(data, updates));
    for (int i = 0; i < data.size(); i++) {
      assembly.put(i, data, i);
    }
    for (int i = 0; i < targets.length; i++) {
      assembly.put(targets[i], updates, i);
    }
    return assembly.known();
  }

  /** A value put together from elements of others. */
  private static final class Assembly {
    private final int type;
    private final Shape shape;
    private final boolean exact;
    private final long[] whole;
    private final double[] real;
    private final BitSet ofBatch = new BitSet();

    Assembly(int type, Shape shape, List<Known> parts) {
      this.type = type;
      this.shape = shape;
      int size = Math.toIntExact(shape.elements());
      boolean isWhole = parts.get(0).isWhole();
      this.whole = new long[isWhole ? size : 0];
      this.real = new double[isWhole ? 0 : size];
      this.exact = parts.stream().anyMatch(p -> p.numbers().type() == ElementType.FLOAT64);
    }

    void put(int index, Known part, int element) {
      if (part.isWhole()) {
        whole[index] = part.numbers().integer(element);
        ofBatch.set(index, part.ofBatch().get(element));
      } else {
        real[index] = part.numbers().get(element);
      }
    }

    Known known() {
      Tensor numbers =
          whole.length > 0 || Known.isWhole(type)
              ? Tensor.of(shape, whole)
              : Tensor.of(shape, real).to(exact ? ElementType.FLOAT64 : ElementType.FLOAT32);
      return new Known(type, numbers, ofBatch);
    }
  }
}
