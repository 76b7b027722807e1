package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.BitSet;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A value of a model that is known when the model is read: a constant, or what is computed from
 * constants and from the shapes of values, whose sizes may be multiples of the batch.
 *
 * @param type ONNX's data type: float, double, int64, int32 or bool
 * @param numbers the elements; those of int32 and bool as int64, and what was computed from
 *     floating-point numbers as float64, so that nothing is rounded before the graph is folded
 * @param ofBatch which elements are not the number, but so many times the batch; never 0 times
 */
record Known(int type, Tensor numbers, BitSet ofBatch) {

  /** Numbers of the type that a tensor has. */
  static Known of(Tensor numbers) {
    return of(OnnxTensors.typeOf(numbers.type()), numbers);
  }

  static Known of(int type, Tensor numbers) {
    return new Known(type, numbers, new BitSet());
  }

  /** Whole numbers of type int64. */
  static Known integers(Shape shape, long... numbers) {
    return of(Tensor.of(shape, numbers));
  }

  Shape shape() {
    return numbers.shape();
  }

  int size() {
    return numbers.size();
  }

  boolean isWhole() {
    return numbers.type() == ElementType.INT64;
  }

  boolean isOfBatch() {
    return !ofBatch.isEmpty();
  }

  Known picked(Picking picking) {
    return new Known(type, picking.of(numbers), picking.of(ofBatch));
  }

  Known reshaped(Shape shape) {
    return new Known(type, numbers.reshape(shape), ofBatch);
  }

  Known as(int newType) {
    return new Known(newType, numbers, ofBatch);
  }

  /** Whether the values of two types are held alike. */
  static boolean isFloat(int type) {
    return type == DataType.FLOAT_VALUE || type == DataType.DOUBLE_VALUE;
  }

  static boolean isWhole(int type) {
    return Arrays.asList(DataType.INT64_VALUE, DataType.INT32_VALUE, DataType.BOOL_VALUE)
        .contains(type);
  }
}
