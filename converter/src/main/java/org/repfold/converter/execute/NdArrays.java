package org.repfold.converter.execute;

import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Conversions between tensors and ND4J arrays. All arrays made here are row-major and own their
 * memory.
 */
public final class NdArrays {
  private NdArrays() {}

  /** ND4J's name for an element type. */
  public static DataType dataType(ElementType type) {
    return switch (type) {
      case FLOAT64 -> DataType.DOUBLE;
      case FLOAT32 -> DataType.FLOAT;
      case INT64 -> DataType.INT64;
    };
  }

  /** A copy of a floating-point tensor in the given type; an int64 tensor stays int64. */
  public static INDArray of(Tensor tensor, ElementType type) {
    long[] shape = tensor.shape().toArray();
    if (tensor.type() == ElementType.INT64) {
      return Nd4j.create(tensor.toLongs(), shape, DataType.INT64);
    }
    return type == ElementType.FLOAT64
        ? of(tensor.toDoubles(), shape)
        : of(tensor.toFloats(), shape);
  }

  /** A float32 copy of row-major elements. */
  public static INDArray of(float[] elements, long... shape) {
    return Nd4j.create(elements, shape, DataType.FLOAT);
  }

  /** A float64 copy of row-major elements. */
  public static INDArray of(double[] elements, long... shape) {
    return Nd4j.create(elements, shape, DataType.DOUBLE);
  }

  /**
   * A tensor with the array's elements, of the array's type.
   *
   * @throws BadInputException if the type is none of float64, float32 and int64
   */
  public static Tensor toTensor(INDArray array) {
    Shape shape = Shape.of(array.shape());
    if (array.dataType() == DataType.DOUBLE) {
      return Tensor.of(shape, toDoubles(array));
    } else if (array.dataType() == DataType.FLOAT) {
      return Tensor.of(shape, toFloats(array));
    } else if (array.dataType() == DataType.INT64) {
      return Tensor.of(shape, flat(array).toLongVector());
    }
    throw new BadInputException(
        "array: expected float64, float32 or int64, found " + array.dataType());
  }

  /** The elements, row-major, widened or rounded to float64. */
  public static double[] toDoubles(INDArray array) {
    if (array.dataType() != DataType.DOUBLE) {
      return flat(array).toDoubleVector();
    }
    INDArray vector = flat(array);
    double[] elements = new double[Math.toIntExact(vector.length())];
    ((DoublePointer) vector.data().addressPointer()).get(elements);
    Reference.reachabilityFence(vector);
    return elements;
  }

  /** The elements, row-major, widened or rounded to float32. */
  public static float[] toFloats(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      return flat(array).toFloatVector();
    }
    INDArray vector = flat(array);
    float[] elements = new float[Math.toIntExact(vector.length())];
    ((FloatPointer) vector.data().addressPointer()).get(elements);
    Reference.reachabilityFence(vector);
    return elements;
  }

  /**
   * The elements, row-major, as float32: where they lie like that, the array's own memory, to be
   * read while the caller holds the array.
   */
  public static FloatBuffer asFloatBuffer(INDArray array) {
    if (array.dataType() != DataType.FLOAT
        || array.ordering() != 'c'
        || !org.nd4j.linalg.api.shape.Shape.hasDefaultStridesForShape(array)) {
      return FloatBuffer.wrap(toFloats(array));
    }
    Pointer first = array.data().addressPointer();
    return new FloatPointer(first).capacity(first.position() + array.length()).asBuffer();
  }

  /** A copy whose elements lie row-major in memory of their own. */
  public static INDArray copy(INDArray array) {
    return array.dup('c');
  }

  /**
   * The same elements, row-major, under another shape in memory of their own. What {@code
   * INDArray.reshape} gives cannot be closed.
   */
  static INDArray copy(INDArray array, long... shape) {
    INDArray copy = Nd4j.createUninitialized(array.dataType(), shape, 'c');
    copy.reshape('c', array.shape()).assign(array);
    return copy;
  }

  /** Some elements of an array's memory, strides and offset counted in elements. */
  static INDArray view(INDArray array, long offset, long[] shape, long[] strides) {
    return Nd4j.create(array.data(), shape, strides, offset, 'c');
  }

  /** A vector laid along axis 1 of the given rank, the other axes being of size 1. */
  static INDArray perChannel(Tensor vector, int rank, ElementType type) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[1] = vector.size();
    return of(vector.reshape(Shape.of(shape)), type);
  }

  /** Frees an array's memory now instead of when the garbage collector finds it. */
  public static void release(INDArray array) {
    if (array.closeable()) {
      array.close();
    }
  }

  /** A vector whose elements lie one after the other in memory. */
  private static INDArray flat(INDArray array) {
    INDArray vector =
        (array.ordering() == 'c' ? array : array.dup('c'))
            .reshape('c', new long[] {array.length()});
    return vector.stride(0) == 1 ? vector : vector.dup('c');
  }
}
