package org.repfold.converter.execute;

import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
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
    } else if (operator instanceof Operator.Opaque opaque) {
      return unknown(opaque, inputs);
    }
    INDArray x = inputs.get(0);
    if (operator instanceof Operator.Conv conv) {
      return plusBias(Convolution.of(conv, x, type), conv.bias());
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return plusBias(TransposedConvolution.of(conv, x, type), conv.bias());
    } else if (operator instanceof Operator.Gemm gemm) {
      return gemm(gemm, x);
    } else if (operator instanceof Operator.BatchNormalization norm) {
      return Normalizations.batch(norm, x, type);
    } else if (operator instanceof Operator.LayerNormalization norm) {
      return Normalizations.layer(norm, x);
    } else if (operator instanceof Operator.Softmax softmax) {
      return Normalizations.softmax(softmax, x);
    } else if (operator instanceof Operator.Elementwise elementwise) {
      return Functions.binary(elementwise, x, inputs.get(1));
    } else if (operator instanceof Operator.MatMul) {
      return MatrixProduct.of(x, inputs.get(1));
    } else if (operator instanceof Unary unary) {
      return Functions.unary(unary, x);
    } else if (operator instanceof Pooling pooling) {
      return pooled(pooling, x);
    } else if (operator instanceof Movement movement) {
      return Movements.of(movement, inputs);
    } else if (operator instanceof Operator.Identity) {
      return NdArrays.copy(x);
    }
    throw new IllegalArgumentException("operator " + operator.type() + " cannot be executed");
  }

  private INDArray unknown(Operator.Opaque opaque, List<INDArray> inputs) {
    if (opaque.body() instanceof ExecutableBody body) {
      return body.execute(inputs, type);
    }
    throw new BadInputException(
        "operator '" + opaque.kind() + "' is unknown here and cannot be executed");
  }

  private static INDArray pooled(Pooling pooling, INDArray x) {
    if (pooling instanceof Pooling.MaxPool pool) {
      return PoolingWindows.max(pool, x);
    } else if (pooling instanceof Pooling.AveragePool pool) {
      return PoolingWindows.average(pool, x);
    } else if (pooling instanceof Pooling.GlobalMaxPool) {
      return PoolingWindows.globalMax(x);
    } else if (pooling instanceof Pooling.ReduceMean mean) {
      return x.mean(
          mean.keepDimensions(), mean.axes().stream().mapToInt(Integer::intValue).toArray());
    }
    return x.mean(true, 2, 3);
  }

  private INDArray gemm(Operator.Gemm gemm, INDArray x) {
    INDArray weight = NdArrays.of(gemm.weight(), type);
    INDArray product =
        Nd4j.createUninitialized(x.dataType(), new long[] {x.size(0), weight.size(0)}, 'c');
    Nd4j.gemm(x, weight, product, false, true, 1, 0);
    NdArrays.release(weight);
    return plusBias(product, gemm.bias());
  }

  private INDArray plusBias(INDArray array, Optional<Tensor> bias) {
    return bias.isPresent() ? NdArrays.addPerChannel(array, bias.get(), type) : array;
  }
}
