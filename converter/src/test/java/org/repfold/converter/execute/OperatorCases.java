package org.repfold.converter.execute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** The operators with odd sizes, strides, paddings, dilations and groups. */
final class OperatorCases {
  private final Random random = new Random(41);
  private final List<Case> cases = new ArrayList<>();

  private OperatorCases() {}

  /** An operator and the shapes of what it takes. */
  record Case(Operator operator, List<Shape> inputs) {
    @Override
    public String toString() {
      String text = operator.toString();
      return operator.type() + inputs + " " + text.substring(0, Math.min(200, text.length()));
    }

    /** Inputs that the operator is defined for. */
    List<double[]> values(Random random) {
      List<double[]> values = new ArrayList<>();
      for (Shape shape : inputs) {
        double[] value = new double[(int) shape.elements()];
        Arrays.setAll(value, i -> random.nextGaussian());
        if (operator instanceof Unary.Sqrt || operator instanceof Operator.Div) {
          Arrays.setAll(value, i -> 0.5 + Math.abs(value[i]));
        }
        values.add(value);
      }
      return values;
    }
  }

  static List<Case> all() {
    OperatorCases cases = new OperatorCases();
    cases.addConvolutions();
    cases.addUnary();
    cases.addElementwise();
    cases.addPooling();
    cases.addMovements();
    cases.addNormalizations();
    return cases.cases;
  }

  private void addConvolutions() {
    add(transposed(1, 1, 1, 1, 1, Window.unit()), Shape.of(1, 1, 1, 1));
    add(transposed(3, 7, 2, 2, 1, Window.strided(2, 2)), Shape.of(3, 3, 7, 3));
    add(transposed(6, 9, 3, 1, 3, new Window(1, 3, 1, 1, 1, 0, 1, 0)), Shape.of(2, 6, 3, 7));
    add(transposed(7, 7, 3, 3, 7, new Window(2, 2, 1, 1, 1, 1, 0, 0)), Shape.of(3, 7, 7, 5));
    add(transposed(4, 6, 3, 2, 2, new Window(3, 1, 2, 3, 2, 0, 1, 3)), Shape.of(2, 4, 5, 7));
    add(transposed(13, 3, 7, 7, 1, new Window(3, 2, 1, 1, 3, 3, 3, 3)), Shape.of(1, 13, 13, 7));
  }

  private void addUnary() {
    for (Unary operator :
        List.of(
            new Unary.Relu(),
            new Unary.LeakyRelu(0.1),
            new Unary.ThresholdedRelu(0.75),
            new Unary.Elu(1.5),
            new Unary.Selu(1.6732632423543772, 1.0507009873554805),
            new Unary.Clip(0, 6),
            new Unary.Clip(-0.5, Double.POSITIVE_INFINITY),
            new Unary.Clip(Double.NEGATIVE_INFINITY, 0.25),
            new Unary.Sigmoid(),
            new Unary.HardSigmoid(0.2, 0.5),
            new Unary.HardSwish(),
            new Unary.Tanh(),
            new Unary.Softplus(),
            new Unary.Softsign(),
            new Unary.Gelu(),
            new Unary.Erf(),
            new Unary.Exp(),
            new Unary.Sqrt(),
            new Unary.Abs(),
            new Unary.Neg())) {
      add(operator, Shape.of(3, 13, 7, 1));
      add(operator, Shape.of(7, 3));
    }
  }

  private void addElementwise() {
    for (Operator operator :
        List.of(
            new Operator.Add(),
            new Operator.Sub(),
            new Operator.Mul(),
            new Operator.Div(),
            new Operator.Max(),
            new Operator.Min())) {
      add(operator, Shape.of(3, 7, 5, 1), Shape.of(3, 7, 5, 1));
      add(operator, Shape.of(3, 7, 5, 3), Shape.of(7, 1, 1));
      add(operator, Shape.of(7, 5, 3), Shape.of(3, 7, 5, 3));
      add(operator, Shape.of(3, 1, 13), Shape.of(1, 7, 1));
      add(operator, Shape.of(13), Shape.of(1));
      add(operator, Shape.of(), Shape.of(3, 7));
    }
  }

  private void addPooling() {
    for (int size : new int[] {1, 3, 7, 13}) {
      Shape map = Shape.of(2, 3, size, 7);
      add(new Pooling.MaxPool(1, 1, Window.strided(2, 3)), map);
      add(new Pooling.MaxPool(3, 3, Window.padded(1)), map);
      add(new Pooling.MaxPool(3, 2, new Window(2, 3, 1, 2, 2, 0, 1, 1)), map);
      add(new Pooling.GlobalMaxPool(), map);
      add(new Pooling.GlobalAveragePool(), map);
      for (boolean countIncludePad : new boolean[] {true, false}) {
        add(new Pooling.AveragePool(1, 7, Window.unit(), countIncludePad), map);
        add(new Pooling.AveragePool(3, 3, Window.padded(1), countIncludePad), map);
        Window odd = new Window(2, 3, 1, 2, 2, 0, 1, 1);
        add(new Pooling.AveragePool(3, 2, odd, countIncludePad), map);
      }
      for (boolean keep : new boolean[] {true, false}) {
        add(new Pooling.ReduceMean(List.of(2, 3), keep), map);
        add(new Pooling.ReduceMean(List.of(1), keep), map);
        add(new Pooling.ReduceMean(List.of(0, 3), keep), map);
        add(new Pooling.ReduceMean(List.of(0, 1, 2, 3), keep), map);
      }
    }
  }

  private void addMovements() {
    add(new Movement.Flatten(), Shape.of(3, 7, 5, 1));
    add(Movement.Reshape.to(3, -1, 5), Shape.of(3, 7, 5, 2));
    add(Movement.Transpose.by(3, 0, 2, 1), Shape.of(3, 7, 5, 2));
    add(new Movement.Concat(1, 1), Shape.of(3, 7));
    add(new Movement.Concat(1, 3), Shape.of(3, 1, 7), Shape.of(3, 13, 7), Shape.of(3, 3, 7));
    add(new Movement.Concat(3, 2), Shape.of(1, 3, 7, 1), Shape.of(1, 3, 7, 5));
    add(new Movement.Concat(0, 2), Shape.of(1), Shape.of(13));
    add(new Movement.Slice(1, 2, 5), Shape.of(3, 7, 5, 2));
    add(new Movement.Slice(3, 0, 1), Shape.of(3, 7, 5, 13));
    add(new Movement.Slice(0, 3, 13), Shape.of(13));
    add(
        new Movement.Pad(List.of(0L, 0L, 1L, 3L), List.of(0L, 0L, 7L, 0L), 0),
        Shape.of(3, 1, 7, 5));
    add(new Movement.Pad(List.of(0L, 2L), List.of(0L, 1L), -1.5), Shape.of(7, 3));
    add(new Movement.Pad(List.of(13L), List.of(1L), 0.5), Shape.of(1));
    add(new Movement.Resize(2, 2), Shape.of(3, 7, 1, 5));
    add(new Movement.Resize(1, 3), Shape.of(1, 1, 13, 7));
  }

  private void addNormalizations() {
    for (int size : new int[] {1, 3, 7, 13}) {
      Tensor c = tensor(size);
      add(
          new Operator.BatchNormalization(
              c, tensor(size), tensor(size), Tensor.vector(positive(size)), 1e-3),
          Shape.of(3, size, 5));
      add(
          new Operator.LayerNormalization(tensor(size), Optional.of(tensor(size)), 1e-5),
          Shape.of(3, 7, size));
      add(
          new Operator.LayerNormalization(tensor(3, size), Optional.empty(), 1e-3),
          Shape.of(2, 5, 3, size));
      add(new Operator.Softmax(1), Shape.of(3, size, 5));
      add(new Operator.Softmax(-1), Shape.of(3, 7, size));
    }
  }

  private void add(Operator operator, Shape... inputs) {
    cases.add(new Case(operator, List.of(inputs)));
  }

  private Operator transposed(int in, int out, int kh, int kw, int group, Window window) {
    return new Operator.ConvTranspose(
        tensor(in, out / group, kh, kw),
        out % 2 == 1 ? Optional.of(tensor(out)) : Optional.empty(),
        window,
        group);
  }

  private Tensor tensor(long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] elements = new double[(int) shape.elements()];
    Arrays.setAll(elements, i -> random.nextGaussian());
    return Tensor.of(shape, elements).to(ElementType.FLOAT32);
  }

  private double[] positive(int size) {
    double[] elements = new double[size];
    Arrays.setAll(elements, i -> (float) (0.1 + Math.abs(random.nextGaussian())));
    return elements;
  }
}
