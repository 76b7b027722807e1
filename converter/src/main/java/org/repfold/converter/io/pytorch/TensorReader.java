package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.ElementFormat;
import org.repfold.graph.file.InputFile;

/**
 * Makes tensors of a checkpoint's references, row-major whatever their strides. Equal references
 * give the same tensor object.
 *
 * <p>Tensors may overlap in a storage, or repeat elements by a stride of 0, as views do. Lest a
 * small file ask for endless memory or time, the elements of all tensors together are limited to
 * about as many as the file has bytes, and what is read for them to a multiple of that.
 */
final class TensorReader {
  /** Repeated elements that even a small file may have. */
  private static final long ALLOWANCE = 1 << 20;

  /** How often the file may be read, for tensors that have only some elements of their span. */
  private static final int MOST_READINGS = 16;

  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  private final InputFile in;
  private final Container container;
  private final Map<TensorReference, Tensor> tensors = new HashMap<>();
  private final Set<String> checked = new HashSet<>();
  private long elementsLeft;
  private long readingsLeft;

  TensorReader(InputFile in, Container container) {
    this.in = in;
    this.container = container;
    this.elementsLeft = in.size() + ALLOWANCE;
    this.readingsLeft = elementsLeft * MOST_READINGS;
  }

  /**
   * The tensor that a reference means.
   *
   * @throws BadInputException if its numbers are of a type that is not read, or it reaches beyond
   *     its storage
   */
  Tensor read(String name, TensorReference reference) throws IOException {
    Tensor tensor = tensors.get(reference);
    if (tensor == null) {
      try {
        tensor = make(reference);
      } catch (BadInputException e) {
        throw new BadInputException("tensor '" + name + "': " + e.getMessage(), e);
      }
      tensors.put(reference, tensor);
    }
    return tensor;
  }

  private Tensor make(TensorReference reference) throws IOException {
    ElementFormat format = reference.type().readable();
    Region region = region(reference.storage());
    Shape shape = Shape.of(reference.sizes());
    long first = first(reference, format.width());
    long elements = elements(shape);
    if (elements == 0) {
      return format.read(in, region.position(), shape, container.order());
    }
    long span = span(reference);
    long available = (reference.storage().end() - reference.storage().begin()) / format.width();
    if (span > available - reference.offset()) {
      throw new BadInputException(
          "expected elements within its storage of %d, found %s with strides %s from %d on"
              .formatted(available, shape, reference.strides(), reference.offset()));
    }
    elementsLeft -= elements;
    readingsLeft -= span;
    if (elementsLeft < 0 || readingsLeft < 0) {
      throw new BadInputException(
          "expected tensors of about as many elements as the file has bytes, found "
              + shape
              + " beyond that");
    }
    long position = region.position() + first;
    if (isContiguous(shape, reference.strides())) {
      return format.read(in, position, shape, container.order());
    }
    Tensor all = format.read(in, position, Shape.of(span), container.order());
    return pick(all, shape, indices(shape, reference.strides()));
  }

  private Region region(StorageReference storage) throws IOException {
    Region region = container.storages().get(storage.key());
    if (region == null) {
      throw new BadInputException("expected its storage '" + storage.key() + "', found none");
    }
    if (region.size() != storage.bytes()) {
      throw new BadInputException(
          "storage '%s': expected %d bytes, found %d"
              .formatted(storage.key(), storage.bytes(), region.size()));
    }
    if (checked.add(storage.key())) {
      region.requireChecksum(in, "storage '" + storage.key() + "'");
    }
    return region;
  }

  /** The first byte of a tensor, counted from its storage's first. */
  private static long first(TensorReference reference, int width) {
    try {
      return Math.addExact(
          reference.storage().begin(), Math.multiplyExact(reference.offset(), width));
    } catch (ArithmeticException e) {
      throw new BadInputException(
          "expected an offset within its storage, found " + reference.offset(), e);
    }
  }

  private static long elements(Shape shape) {
    try {
      long elements = shape.elements();
      if (elements <= MOST_ELEMENTS) {
        return elements;
      }
    } catch (ArithmeticException e) {
      // More than a long counts: the error below.
    }
    throw new BadInputException(
        "expected at most " + MOST_ELEMENTS + " elements, found shape " + shape);
  }

  /** The number of elements from the first to the last, those between included. */
  private static long span(TensorReference reference) {
    try {
      long last = 0;
      for (int axis = 0; axis < reference.sizes().size(); axis++) {
        last =
            Math.addExact(
                last,
                Math.multiplyExact(reference.sizes().get(axis) - 1, reference.strides().get(axis)));
      }
      return Math.addExact(last, 1);
    } catch (ArithmeticException e) {
      throw new BadInputException(
          "expected strides within its storage, found " + reference.strides(), e);
    }
  }

  private static boolean isContiguous(Shape shape, List<Long> strides) {
    long expected = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      if (shape.dimension(axis) != 1 && strides.get(axis) != expected) {
        return false;
      }
      expected *= shape.dimension(axis);
    }
    return true;
  }

  /** Where each element of a row-major tensor is among those of its span. */
  private static int[] indices(Shape shape, List<Long> strides) {
    int[] indices = new int[(int) shape.elements()];
    long[] at = new long[shape.rank()];
    long index = 0;
    for (int i = 0; i < indices.length; i++) {
      indices[i] = (int) index;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        index += strides.get(axis);
        if (++at[axis] < shape.dimension(axis)) {
          break;
        }
        index -= at[axis] * strides.get(axis);
        at[axis] = 0;
      }
    }
    return indices;
  }

  private static Tensor pick(Tensor all, Shape shape, int[] indices) {
    return switch (all.type()) {
      case FLOAT64 -> {
        double[] elements = new double[indices.length];
        for (int i = 0; i < indices.length; i++) {
          elements[i] = all.get(indices[i]);
        }
        yield Tensor.of(shape, elements);
      }
      case FLOAT32 -> {
        float[] elements = new float[indices.length];
        for (int i = 0; i < indices.length; i++) {
          elements[i] = (float) all.get(indices[i]);
        }
        yield Tensor.of(shape, elements);
      }
      case INT64 -> {
        long[] from = all.toLongs();
        long[] elements = new long[indices.length];
        for (int i = 0; i < indices.length; i++) {
          elements[i] = from[indices[i]];
        }
        yield Tensor.of(shape, elements);
      }
    };
  }
}
