package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/** Makes one unknown operator of each DL4J vertex that no operators describe. */
final class OpaqueVertices {
  /** Numbers of examples to find out which axis follows the batch; the latter divide by much. */
  private static final int[] EXAMPLES = {2, 12};

  private final DataType sourceType;
  private final boolean measuring;

  /**
   * For the vertices of a graph.
   *
   * @param sourceType of the graph
   * @param measuring whether to run a vertex on zeros to find out its result's shape, instead of
   *     believing what it states, which costs nothing and may be wrong
   */
  OpaqueVertices(DataType sourceType, boolean measuring) {
    this.sourceType = sourceType;
    this.measuring = measuring;
  }

  /**
   * Adds the vertex's operators, or where there are none one unknown operator.
   *
   * @return the value that the vertex computes
   * @throws BadInputException naming the vertex, if its inputs' shapes do not fit
   */
  Value describe(VertexBuilder vertex, GraphVertex configuration) {
    BadInputException refusal = null;
    try {
      Optional<Value> known = VertexOperators.describe(vertex, configuration);
      if (known.isPresent()) {
        return known.get();
      }
    } catch (BadInputException e) {
      if (!measuring) {
        throw e;
      }
      refusal = e;
    }
    vertex.clear();
    try {
      Operator operator = operator(vertex, configuration);
      String[] inputs = vertex.inputs().toArray(String[]::new);
      return new Value(
          vertex.add("opaque", operator, inputs), Layout.AS_IS, vertex.operands().get(0).steps());
    } catch (BadInputException e) {
      throw refusal == null ? e : refusal;
    }
  }

  private Operator operator(VertexBuilder vertex, GraphVertex configuration) {
    String kind =
        configuration instanceof LayerVertex layer
            ? LayerOperators.unwrapped(layer.getLayerConf().getLayer()).getClass().getSimpleName()
            : configuration.getClass().getSimpleName();
    List<Shape> operands = vertex.inputs().stream().map(vertex::shape).toList();
    try {
      if (!measuring) {
        Shape result = declared(vertex, configuration, operands);
        return new Operator.Opaque(kind, operands, result, new Operator.Opaque.Body() {});
      }
      OpaqueVertex body =
          new OpaqueVertex(vertex.name(), configuration, vertex.parameters(), vertex.sourceType());
      return new Operator.Opaque(kind, operands, measured(body, operands), body);
    } catch (RuntimeException e) {
      throw new BadInputException(
          "vertex '%s' (%s): DL4J cannot compute it on inputs of shapes %s: %s"
              .formatted(vertex.name(), kind, operands, Dl4jZip.rootLine(e)),
          e);
    }
  }

  private static Shape declared(
      VertexBuilder vertex, GraphVertex configuration, List<Shape> operands) {
    InputType[] types = new InputType[operands.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = type(operands.get(i), vertex.operands().get(i).layout());
    }
    return InputShapes.of(vertex.name(), configuration.clone().getOutputType(0, types));
  }

  private static InputType type(Shape shape, Layout layout) {
    return switch (shape.rank()) {
      case 2 -> InputType.feedForward(shape.dimension(1));
      case 3 ->
          layout == Layout.NWC
              ? InputType.recurrent(shape.dimension(2), shape.dimension(1), RNNFormat.NWC)
              : InputType.recurrent(shape.dimension(1), shape.dimension(2), RNNFormat.NCW);
      case 4 ->
          layout == Layout.NHWC
              ? InputType.convolutional(
                  shape.dimension(1), shape.dimension(2), shape.dimension(3), CNN2DFormat.NHWC)
              : InputType.convolutional(
                  shape.dimension(2), shape.dimension(3), shape.dimension(1), CNN2DFormat.NCHW);
      default -> throw new BadInputException("expected 2 to 4 axes, found " + shape);
    };
  }

  /** An axis whose size follows the number of examples is unknown. */
  private Shape measured(OpaqueVertex body, List<Shape> operands) {
    Shape few = run(body, operands, EXAMPLES[0]);
    if (operands.stream().allMatch(Shape::isKnown)) {
      return few;
    }
    Shape many = run(body, operands, EXAMPLES[1]);
    if (few.rank() != many.rank()) {
      throw new BadInputException("its result has the shape " + few + " or " + many);
    }
    Shape result = few;
    for (int axis = 0; axis < few.rank(); axis++) {
      if (few.dimension(axis) != many.dimension(axis)) {
        result = result.with(axis, Shape.UNKNOWN);
      }
    }
    return result;
  }

  private Shape run(OpaqueVertex body, List<Shape> operands, int examples) {
    List<INDArray> zeros = new ArrayList<>();
    for (Shape operand : operands) {
      long[] sizes = operand.toArray();
      for (int axis = 0; axis < sizes.length; axis++) {
        sizes[axis] = sizes[axis] == Shape.UNKNOWN ? examples : sizes[axis];
      }
      zeros.add(Nd4j.zeros(sourceType, sizes));
    }
    ElementType elements =
        sourceType == DataType.DOUBLE ? ElementType.FLOAT64 : ElementType.FLOAT32;
    INDArray result = body.execute(zeros, elements);
    Shape shape = Shape.of(result.shape());
    zeros.forEach(NdArrays::release);
    NdArrays.release(result);
    return shape;
  }
}
