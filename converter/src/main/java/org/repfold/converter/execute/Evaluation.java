package org.repfold.converter.execute;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erfc;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/**
 * One operator applied to its inputs. Results are row-major and own their memory; inputs, which are
 * so too, are not changed. ND4J's convenience functions are avoided where they write into their
 * argument ({@code Nd4j.nn().relu}).
 */
final class Evaluation {
  private final ElementType type;

  Evaluation(ElementType type) {
    this.type = type;
  }

  INDArray evaluate(Operator operator, List<INDArray> inputs) {
    if (operator instanceof Operator.Constant constant) {
      return NdArrays.of(constant.value(), type);
    } else if (operator instanceof Operator.Opaque opaque
        && opaque.body() instanceof ExecutableBody body) {
      return body.execute(inputs, type);
    }
    INDArray x = inputs.get(0);
    if (operator instanceof Operator.Conv conv) {
      return plusBias(Convolution.of(conv, x, type), conv.bias());
    } else if (operator instanceof Operator.Gemm gemm) {
      return gemm(gemm, x);
    } else if (operator instanceof Operator.BatchNormalization norm) {
      return normalise(norm, x);
    } else if (operator instanceof Operator.Add) {
      return elementwise(x, inputs.get(1), true);
    } else if (operator instanceof Operator.Mul) {
      return elementwise(x, inputs.get(1), false);
    } else if (operator instanceof Operator.MatMul) {
      return MatrixProduct.of(x, inputs.get(1));
    } else if (operator instanceof Unary.Relu) {
      return Nd4j.exec(new RectifiedLinear(x, x.ulike(), 0.0));
    } else if (operator instanceof Unary.Sigmoid) {
      return Nd4j.exec(new Sigmoid(x, x.ulike()));
    } else if (operator instanceof Unary.Gelu) {
      return gelu(x);
    } else if (operator instanceof Operator.Softmax softmax) {
      return Nd4j.nn().softmax(x, softmax.axis() < 0 ? softmax.axis() + x.rank() : softmax.axis());
    } else if (operator instanceof Operator.Identity) {
      return NdArrays.copy(x);
    } else if (operator instanceof Pooling.GlobalAveragePool) {
      return x.mean(true, 2, 3);
    } else if (operator instanceof Movement.Flatten) {
      return NdArrays.copy(x, x.size(0), x.length() / x.size(0));
    } else if (operator instanceof Movement.Reshape reshape) {
      return NdArrays.copy(x, resolved(reshape, x.length()));
    } else if (operator instanceof Movement.Transpose transpose) {
      return NdArrays.copy(
          x.permute(transpose.permutation().stream().mapToInt(Integer::intValue).toArray()));
    }
    throw new IllegalArgumentException("operator " + operator.type() + " cannot be executed");
  }

  private INDArray gemm(Operator.Gemm gemm, INDArray x) {
    INDArray weight = NdArrays.of(gemm.weight(), type);
    INDArray product =
        Nd4j.createUninitialized(x.dataType(), new long[] {x.size(0), weight.size(0)}, 'c');
    Nd4j.gemm(x, weight, product, false, true, 1, 0);
    NdArrays.release(weight);
    return plusBias(product, gemm.bias());
  }

  /**
   * Subtracts the mean first, as cancellation in {@code x * scale + shift} would cost float32
   * accuracy.
   */
  private INDArray normalise(Operator.BatchNormalization norm, INDArray x) {
    double[] factors = new double[norm.channels()];
    Arrays.setAll(
        factors, c -> norm.scale().get(c) / Math.sqrt(norm.variance().get(c) + norm.epsilon()));
    INDArray result = x.sub(perChannel(norm.mean(), x.rank()));
    result.muli(perChannel(Tensor.vector(factors), x.rank()));
    return result.addi(perChannel(norm.shift(), x.rank()));
  }

  private INDArray elementwise(INDArray left, INDArray right, boolean sum) {
    int rank = Math.max(left.rank(), right.rank());
    INDArray a = Broadcast.withRank(left, rank);
    INDArray b = Broadcast.withRank(right, rank);
    return sum ? a.add(b) : a.mul(b);
  }

  /**
   * {@code x / 2 * erfc(-x / sqrt(2))}, which keeps the digits that {@code 1 + erf} loses for
   * negative x.
   */
  private static INDArray gelu(INDArray x) {
    INDArray result = x.mul(-Math.sqrt(0.5));
    Nd4j.exec(new Erfc(result, result));
    return result.muli(x).muli(0.5);
  }

  private INDArray plusBias(INDArray array, Optional<Tensor> bias) {
    return bias.isPresent() ? array.addi(perChannel(bias.get(), array.rank())) : array;
  }

  private INDArray perChannel(Tensor vector, int rank) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[1] = vector.size();
    return NdArrays.of(vector.reshape(Shape.of(shape)), type);
  }

  private static long[] resolved(Movement.Reshape reshape, long length) {
    long[] shape = reshape.shape().stream().mapToLong(Long::longValue).toArray();
    long known = Arrays.stream(shape).filter(size -> size >= 0).reduce(1, (a, b) -> a * b);
    for (int i = 0; i < shape.length; i++) {
      shape[i] = shape[i] < 0 ? length / known : shape[i];
    }
    return shape;
  }
}
