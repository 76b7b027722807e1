package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.repfold.converter.plain.Numbers;
import org.repfold.converter.plain.PlainExecutor;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;

/**
 * Whether two graphs compute the same function: their values on one random batch, in float64.
 *
 * <p>Each number has its own bound, from what float64 can leave of it ({@link Numbers}): a value
 * that cancels, or that stands behind a BatchNormalization of tiny variance, does not make the
 * comparison of any other value coarser.
 */
public final class SameFunction {
  /**
   * How many roundings of its magnitude a number may be off. The small test graphs sum up some
   * hundred terms at most in each of a dozen operators, with errors of both signs: in 20,000 random
   * graphs none is off by more than 8.
   */
  private static final double ROUNDINGS = 64;

  private static final double UNIT_ROUNDOFF = 0x1p-53;
  private static final long SEED = 20240607;
  public static final int BATCH = 2;

  private final Map<String, double[]> inputs;
  private final Map<String, Numbers> expected;
  private final Graph source;

  public SameFunction(Graph source) {
    this.source = source;
    this.inputs = randomInputs(source);
    this.expected = PlainExecutor.run(source, inputs, BATCH);
  }

  /** Fails if the folding's outputs differ from the source's, or a value from its equivalent. */
  public void assertKeptBy(Folding folding) {
    assertEquals(source.outputs(), folding.folded().outputs(), "outputs");
    Map<String, Numbers> values = PlainExecutor.run(folding.folded(), inputs, BATCH);
    for (String output : source.outputs()) {
      assertClose(output, output, values);
    }
    folding.equivalents().forEach((now, old) -> assertClose(now, old, values));
  }

  /** Fails if the graph's outputs differ from the source's. */
  public void assertKeptBy(Graph graph) {
    assertEquals(source.outputs(), graph.outputs(), "outputs");
    Map<String, Numbers> values = PlainExecutor.run(graph, inputs, BATCH);
    for (String output : source.outputs()) {
      assertClose(output, output, values);
    }
  }

  /**
   * Fails if another program's outputs differ from the source's.
   *
   * @param program gives the outputs in the source's order for inputs by name, both row-major
   */
  public void assertComputedBy(Function<Map<String, double[]>, List<double[]>> program) {
    List<double[]> found = program.apply(inputs);
    assertEquals(source.outputs().size(), found.size(), "number of outputs");
    for (int i = 0; i < found.size(); i++) {
      String output = source.outputs().get(i);
      assertClose(output, output, found.get(i));
    }
  }

  private void assertClose(String now, String old, Map<String, Numbers> values) {
    assertEquals(expected.get(old).shape(), values.get(now).shape(), () -> "shape of " + now);
    assertClose(now, old, values.get(now).value());
  }

  private void assertClose(String now, String old, double[] found) {
    Numbers wanted = expected.get(old);
    assertEquals(wanted.value().length, found.length, () -> "number of elements of " + now);
    for (int i = 0; i < found.length; i++) {
      double error = Math.abs(wanted.value()[i] - found[i]);
      double bound = ROUNDINGS * UNIT_ROUNDOFF * wanted.magnitude()[i] + Double.MIN_NORMAL;
      if (!(error <= bound)) {
        throw new AssertionError(
            "'%s'[%d] is %s, but '%s'[%d] was %s; they may differ by %.2g"
                .formatted(now, i, found[i], old, i, wanted.value()[i], bound));
      }
    }
  }

  private static Map<String, double[]> randomInputs(Graph graph) {
    Random random = new Random(SEED);
    Map<String, double[]> inputs = new HashMap<>();
    for (Input input : graph.inputs()) {
      int size = Math.toIntExact(PlainExecutor.known(input.shape(), BATCH).elements());
      inputs.put(input.name(), random.doubles(size).map(any -> random.nextGaussian()).toArray());
    }
    return inputs;
  }
}
