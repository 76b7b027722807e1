package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;

/**
 * Proves that two graphs of the same inputs and outputs compute the same function, or that they do
 * not.
 */
final class Prover {
  /** Below this many multiplications, another thread costs more than it saves. */
  private static final long WORTH_A_THREAD = 1 << 22;

  private final long mostMultiplications;
  private final long mostBytes;
  private final boolean smallMaps;

  /**
   * @param mostMultiplications beyond which a fold is not tried
   * @param mostBytes that writing out a fold may take
   * @param smallMaps whether to use {@link SmallMap}
   */
  Prover(long mostMultiplications, long mostBytes, boolean smallMaps) {
    this.mostMultiplications = mostMultiplications;
    this.mostBytes = mostBytes;
    this.smallMaps = smallMaps;
  }

  /**
   * The outcome of a comparison.
   *
   * @param differing how many inputs have factors in which the forms differ: with several, they may
   *     still be the same if these inputs are related; with one, if it turns out to be scaled by 0
   * @param hasFunctions whether results of functions are among the inputs
   */
  record Answer(Certificate certificate, int differing, boolean hasFunctions) {
    boolean isRefuted() {
      return certificate.outcome() == Certificate.Outcome.REFUTED;
    }

    Answer withReason(String reason) {
      return new Answer(Certificate.sampled(reason), differing, hasFunctions);
    }

    static Answer of(Certificate certificate) {
      return new Answer(certificate, 0, false);
    }
  }

  /**
   * Compares two graphs.
   *
   * @param shapes of values on a number of samples, as far as they are known
   */
  Answer compare(Graph before, Graph after, Map<String, Shape> shapes) {
    try {
      Map<String, Shape> inferred = Samples.infer(before, shapes);
      Map<String, Shape> known = new HashMap<>(inferred);
      inferred.forEach((value, shape) -> known.put(CutFold.resultOf(value), shape));
      CutFold large = Samples.fix(CutFold.of(before, after), known);
      Answer answer = compare(large, smallMaps ? SmallMap.of(SmallMap.of(large, 2), 3) : large);
      return answer.isRefuted()
              && (Side.of(before).computesFunctions() || Side.of(after).computesFunctions())
          ? answer.withReason("it computes functions of constants, whose rounding has no bound")
          : answer;
    } catch (NotProvable e) {
      return Answer.of(Certificate.sampled(e.getMessage()));
    } catch (BadInputException | ArithmeticException e) {
      return Answer.of(Certificate.sampled("it cannot be written out: " + e.getMessage()));
    }
  }

  private Answer compare(CutFold large, CutFold fold) throws NotProvable {
    long bytes = AffineFunction.bytes(fold.before()) + AffineFunction.bytes(fold.after());
    if (bytes > mostBytes) {
      throw new NotProvable("its values take " + bytes + " bytes, more than " + mostBytes);
    }
    Comparison first = new Comparison(fold);
    long multiplications = multiplications(fold, first);
    if (multiplications > mostMultiplications) {
      throw new NotProvable(
          "its matrices take "
              + multiplications
              + " multiplications, more than "
              + mostMultiplications);
    }
    List<Comparison> comparisons = new ArrayList<>(List.of(first));
    long threads =
        Math.min(
            Runtime.getRuntime().availableProcessors(),
            Math.min(multiplications / WORTH_A_THREAD, mostBytes / Math.max(1, bytes)));
    while (comparisons.size() < threads) {
      comparisons.add(new Comparison(fold));
    }
    IntStream.range(0, comparisons.size())
        .parallel()
        .forEach(worker -> compare(fold, comparisons.get(worker), worker, comparisons.size()));
    return answer(large, fold, comparisons);
  }

  /** By a row in the middle of each output. */
  private static long multiplications(CutFold fold, Comparison comparison) {
    long total = 0;
    for (int output = 0; output < fold.outputs().size(); output++) {
      int rows = rows(fold, output);
      if (rows > 0) {
        long each = comparison.write(output, rows / 2);
        total = Math.addExact(total, Math.multiplyExact(rows, each));
      }
    }
    return total;
  }

  private static int rows(CutFold fold, int output) {
    String value = fold.outputs().get(output).before();
    return Math.toIntExact(fold.before().shape(value).elements());
  }

  private static void compare(CutFold fold, Comparison comparison, int worker, int workers) {
    for (int output = 0; output < fold.outputs().size(); output++) {
      int rows = rows(fold, output);
      int from = Math.toIntExact((long) rows * worker / workers);
      int to = Math.toIntExact((long) rows * (worker + 1) / workers);
      for (int row = from; row < to; row++) {
        comparison.compare(output, row);
      }
    }
  }

  private static Answer answer(CutFold large, CutFold fold, List<Comparison> comparisons)
      throws NotProvable {
    Comparison.Difference difference =
        comparisons.stream()
            .map(Comparison::difference)
            .filter(Objects::nonNull)
            .reduce((a, b) -> b.comesBefore(a) ? b : a)
            .orElse(null);
    long columns =
        fold.before().inputs().stream().mapToLong(input -> input.shape().elements()).sum();
    if (difference != null) {
      boolean hasFunctions = fold.outputs().stream().anyMatch(pair -> pair.function() != null);
      return new Answer(
          refuted(large, fold, difference, columns), difference.inputs().size(), hasFunctions);
    }
    return Answer.of(
        new Certificate(
            Certificate.Outcome.CERTIFIED,
            null,
            comparisons.stream().mapToLong(Comparison::rows).sum(),
            columns,
            comparisons.stream().mapToLong(Comparison::entries).sum(),
            comparisons.stream().mapToDouble(Comparison::worst).max().orElse(0),
            comparisons.stream().mapToDouble(Comparison::largestBound).max().orElse(0),
            null));
  }

  private static Certificate refuted(
      CutFold large, CutFold fold, Comparison.Difference difference, long columns)
      throws NotProvable {
    CutFold.Pair pair = fold.outputs().get(difference.output());
    if (pair.function() != null) {
      throw new NotProvable("'" + pair.function() + "' is not linear and takes other values");
    }
    Comparison.Entry entry = difference.entry();
    double error = Math.abs(entry.before() - entry.after()) / entry.magnitude();
    if (!Double.isFinite(error)) {
      throw new NotProvable("its matrices exceed what float64 holds");
    }
    Position position = new Position(large, fold, pair);
    String input = null;
    List<Long> inputIndex = List.of();
    if (!difference.inputs().isEmpty()) {
      input = fold.before().inputs().get(difference.inputs().get(0)).name();
      inputIndex = position.ofInput(input, difference.row(), difference.column());
    }
    Certificate.Mismatch mismatch =
        new Certificate.Mismatch(
            pair.before(),
            position.ofOutput(difference.row()),
            input,
            inputIndex,
            entry.before(),
            entry.after(),
            error,
            entry.bound());
    return new Certificate(Certificate.Outcome.REFUTED, null, 0, columns, 0, null, null, mismatch);
  }

  /** Where elements of a small map are on the large one. */
  private record Position(CutFold large, CutFold small, CutFold.Pair output) {

    List<Long> ofOutput(int element) {
      return moved(output.before(), element, element);
    }

    List<Long> ofInput(String input, int outputElement, int element) {
      return moved(input, outputElement, element);
    }

    /** What lies behind the upper border of the output moves with the lower one. */
    private List<Long> moved(String value, int outputElement, int element) {
      Shape shape = small.before().shape(value);
      List<Long> index = index(shape, element);
      List<Long> outputIndex = index(small.before().shape(output.before()), outputElement);
      for (int axis = 2; axis < 4; axis++) {
        if (small != large && shape.rank() == 4 && outputIndex.size() == 4) {
          long less = large.before().shape(value).dimension(axis) - shape.dimension(axis);
          if (less > 0 && outputIndex.get(axis) > SmallMap.border(small, output, axis).top()) {
            index.set(axis, index.get(axis) + less);
          }
        }
      }
      return index;
    }

    private static List<Long> index(Shape shape, int element) {
      List<Long> index = new ArrayList<>();
      long rest = element;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        index.add(0, rest % shape.dimension(axis));
        rest /= shape.dimension(axis);
      }
      return index;
    }
  }
}
