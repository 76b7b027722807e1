package org.repfold.converter.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.iter.NdIndexIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;

class NdArraysTest {
  private static final Map<String, UnaryOperator<INDArray>> WAYS_TO_LIE =
      new TreeMap<>(
          Map.of(
              "as it was made", array -> array,
              "column-major", array -> array.dup('f'),
              "axes in another order", array -> array.permute(2, 0, 1),
              "from the middle of its memory on", array -> array.get(NDArrayIndex.point(1)),
              "some of every row", array -> array.get(all(), all(), NDArrayIndex.interval(1, 3)),
              "one of every row", array -> array.get(all(), all(), NDArrayIndex.point(2)),
              "every second row", array -> array.get(all(), NDArrayIndex.interval(0, 2, 3)),
              "a single element",
                  array -> Nd4j.scalar(array.getDouble(1, 1, 1)).castTo(array.dataType())));

  @TestFactory
  Stream<DynamicTest> givesTheElementsRowByRowHoweverTheyLieInMemory() {
    return Stream.of(DataType.DOUBLE, DataType.FLOAT)
        .flatMap(
            type ->
                WAYS_TO_LIE.entrySet().stream()
                    .map(
                        way ->
                            DynamicTest.dynamicTest(
                                type + " " + way.getKey(),
                                () -> requireSame(way.getValue().apply(array(type))))));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8191, 8192, 8193, 20_000})
  void aTensorOfAnySizeComesBackAsItWasInEitherType(int size) {
    double[] elements =
        DoubleStream.iterate(1 / 3.0, value -> value + 1 / 7.0).limit(size).toArray();
    Tensor tensor = Tensor.vector(elements);
    assertArrayEquals(elements, NdArrays.toDoubles(NdArrays.of(tensor, ElementType.FLOAT64)));
    INDArray rounded = NdArrays.of(tensor, ElementType.FLOAT32);
    assertArrayEquals(tensor.toFloats(), NdArrays.toFloats(rounded));
    assertArrayEquals(tensor.to(ElementType.FLOAT32).toDoubles(), NdArrays.toDoubles(rounded));
  }

  private static void requireSame(INDArray array) {
    NdIndexIterator indices = new NdIndexIterator('c', array.shape());
    double[] expected =
        DoubleStream.generate(() -> array.getDouble(indices.next()))
            .limit(array.length())
            .toArray();
    assertArrayEquals(expected, NdArrays.toDoubles(array));
    float[] rounded = new float[expected.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) expected[i];
    }
    assertArrayEquals(rounded, NdArrays.toFloats(array));
    float[] buffered = new float[rounded.length];
    NdArrays.asFloatBuffer(array).get(buffered);
    assertArrayEquals(rounded, buffered);
  }

  /** {@code [2, 3, 4]}. */
  private static INDArray array(DataType type) {
    double[] elements = DoubleStream.iterate(1 / 3.0, value -> value + 1 / 7.0).limit(24).toArray();
    return Nd4j.create(elements, new long[] {2, 3, 4}, DataType.DOUBLE).castTo(type);
  }

  private static INDArrayIndex all() {
    return NDArrayIndex.all();
  }
}
