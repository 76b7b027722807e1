package org.repfold.converter.fold.fuzz;

import java.util.List;
import java.util.Optional;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Motifs that nobody builds, but that exporters write out: functions and borders in many nodes. */
final class ExportedMotifs {
  private ExportedMotifs() {}

  static List<Motif> all() {
    return List.of(
        new Motif("border", 4, ExportedMotifs::border),
        new Motif("written-out GELU of vectors", 2, ExportedMotifs::gelu),
        new Motif("border once more", 4, ExportedMotifs::border),
        new Motif("written-out GELU of sequences", 3, ExportedMotifs::gelu),
        new Motif("written-out GELU of maps", 4, ExportedMotifs::gelu));
  }

  /** {@code x (1 + erf(x / c))}, or nearly so, halved here or there. */
  private static String gelu(RandomGraph g, String x) {
    String half = g.add(new Operator.Constant(Tensor.of(Shape.of(), 0.5)));
    double root = g.oneIn(2) ? Math.sqrt(2) : (float) Math.sqrt(2);
    boolean divides = g.oneIn(2);
    String constant =
        g.add(new Operator.Constant(Tensor.of(Shape.of(), divides ? root : 1 / root)));
    String argument = g.add(divides ? new Operator.Div() : new Operator.Mul(), x, constant);
    double summand = g.oneIn(6) ? 0.5 : 1;
    String one = g.add(new Operator.Constant(Tensor.of(Shape.of(), summand)));
    String sum = g.add(new Operator.Add(), g.add(new Unary.Erf(), argument), one);
    String factor = g.oneIn(3) ? g.add(new Operator.Mul(), x, half) : x;
    String product = g.add(new Operator.Mul(), g.oneIn(6) ? g.alike(x) : factor, sum);
    return factor.equals(x) ? g.add(new Operator.Mul(), product, half) : product;
  }

  /** A convolution whose output gets a border: of its bias, or of something else. */
  private static String border(RandomGraph g, String x) {
    int out = g.channels();
    int height = g.oneIn(4) ? 2 : 1;
    int group = g.group(g.size(x, 1), out);
    double[] bias = g.parameters.shift(out).toDoubles();
    Operator.Conv conv =
        new Operator.Conv(
            g.parameters.weight(out, g.size(x, 1) / group, height, 1),
            Optional.of(Tensor.vector(bias)),
            g.oneIn(3) ? Window.strided(2, 1) : Window.unit(),
            group);
    String map = g.add(conv, x);
    long top = g.random.nextInt(2);
    long right = 1 + g.random.nextInt(2);
    String padded =
        g.add(new Movement.Pad(List.of(0L, 0L, top, 0L), List.of(0L, 0L, 1L, right), 0), map);
    Shape shape = g.shape(padded).with(0, 1);
    double[] kept = new double[Math.toIntExact(shape.elements())];
    double[] numbers = new double[kept.length];
    boolean isBias = !g.oneIn(5);
    boolean isScaled = g.oneIn(3);
    double[] scale = g.parameters.weight(out).toDoubles();
    int width = g.size(padded, 3);
    int rows = g.size(padded, 2);
    for (int i = 0; i < kept.length; i++) {
      int row = i / width % rows;
      int channel = i / (width * rows);
      double factor = isScaled ? scale[channel] : 1;
      boolean inside = row >= top && row < rows - 1 && i % width < width - right;
      kept[i] = inside ? factor : 0;
      numbers[i] = inside ? 0 : factor * bias[channel] + (isBias ? 0 : 0.25);
    }
    String mask = g.add(new Operator.Constant(Tensor.of(shape, kept)));
    String border = g.add(new Operator.Constant(Tensor.of(shape, numbers)));
    String bordered = g.add(new Operator.Add(), g.add(new Operator.Mul(), padded, mask), border);
    return g.oneIn(2) ? Layers.conv(g, bordered) : bordered;
  }
}
