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
  /** How many numbers are copied at once where a second copy of all would be large. */
  private static final int PIECE = 1 << 13;

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
    } else if (tensor.size() > PIECE) {
      return inPieces(tensor, type);
    }
    return type == ElementType.FLOAT64
        ? of(tensor.toDoubles(), shape)
        : of(tensor.toFloats(), shape);
  }

  /** Without a second copy on the heap. */
  private static INDArray inPieces(Tensor tensor, ElementType type) {
    INDArray array = Nd4j.createUninitialized(dataType(type), tensor.shape().toArray(), 'c');
    Pointer first = array.data().addressPointer();
    double[] piece = new double[PIECE];
    float[] rounded = new float[type == ElementType.FLOAT32 ? PIECE : 0];
    for (int from = 0; from < tensor.size(); from += PIECE) {
      int length = Math.min(PIECE, tensor.size() - from);
      tensor.copyTo(piece, from, length);
      if (type == ElementType.FLOAT64) {
        doubles(first, from).put(piece, 0, length);
      } else {
        for (int i = 0; i < length; i++) {
          rounded[i] = (float) piece[i];
        }
        floats(first, from).put(rounded, 0, length);
      }
    }
    Reference.reachabilityFence(array);
    return array;
  }

  private static DoublePointer doubles(Pointer first, long from) {
    return new DoublePointer(first).position(first.position() + from);
  }

  private static FloatPointer floats(Pointer first, long from) {
    return new FloatPointer(first).position(first.position() + from);
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
    if (array.dataType() != DataType.DOUBLE && array.dataType() != DataType.FLOAT) {
      return flat(array).toDoubleVector();
    }
    INDArray rowMajor = rowMajor(array);
    double[] elements = new double[Math.toIntExact(array.length())];
    if (array.dataType() == DataType.DOUBLE) {
      doubles(rowMajor.data().addressPointer(), 0).get(elements);
    } else {
      widen(rowMajor.data().addressPointer(), elements);
    }
    releaseCopy(rowMajor, array);
    return elements;
  }

  /** ND4J's own way leaves a copy in native memory until the garbage collector finds it. */
  private static void widen(Pointer first, double[] elements) {
    float[] piece = new float[Math.min(PIECE, elements.length)];
    for (int from = 0; from < elements.length; from += PIECE) {
      int length = Math.min(PIECE, elements.length - from);
      floats(first, from).get(piece, 0, length);
      for (int i = 0; i < length; i++) {
        elements[from + i] = piece[i];
      }
    }
  }

  /** The elements, row-major, widened or rounded to float32. */
  public static float[] toFloats(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      return flat(array).toFloatVector();
    }
    INDArray rowMajor = rowMajor(array);
    float[] elements = new float[Math.toIntExact(array.length())];
    floats(rowMajor.data().addressPointer(), 0).get(elements);
    releaseCopy(rowMajor, array);
    return elements;
  }

  /**
   * The elements, row-major, as float32: where they lie like that, the array's own memory, to be
   * read while the caller holds the array.
   */
  public static FloatBuffer asFloatBuffer(INDArray array) {
    if (array.dataType() != DataType.FLOAT || !isRowMajor(array)) {
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

  /** Adds a vector along axis 1 to an array, which it gives. */
  static INDArray addPerChannel(INDArray array, Tensor vector, ElementType type) {
    INDArray channels = perChannel(vector, array.rank(), type);
    array.addi(channels);
    release(channels);
    return array;
  }

  /** Frees an array's memory now instead of when the garbage collector finds it. */
  public static void release(INDArray array) {
    if (array.closeable()) {
      array.close();
    }
  }

  /**
   * Frees what was made of an array for a while, unless it is this array or another view of its
   * memory.
   */
  static void releaseCopy(INDArray copy, INDArray array) {
    if (copy.data() != array.data()) {
      release(copy);
    }
    Reference.reachabilityFence(array);
  }

  /** The array itself if its elements lie row-major in memory, else a copy. */
  private static INDArray rowMajor(INDArray array) {
    return isRowMajor(array) ? array : array.dup('c');
  }

  private static boolean isRowMajor(INDArray array) {
    return array.ordering() == 'c'
        && org.nd4j.linalg.api.shape.Shape.hasDefaultStridesForShape(array);
  }

  /** A vector whose elements lie one after the other in memory. */
  private static INDArray flat(INDArray array) {
    return rowMajor(array).reshape('c', new long[] {array.length()});
  }
}
