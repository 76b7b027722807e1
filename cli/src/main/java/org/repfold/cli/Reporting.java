package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.DeployForm;
import org.repfold.converter.execute.BatchSize;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.io.Fingerprint;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.report.OutputDifferences;
import org.repfold.converter.report.Provenance;
import org.repfold.converter.report.Report;
import org.repfold.converter.report.ReportWriter;
import org.repfold.converter.report.Timings;
import org.repfold.converter.verify.EngineResult;
import org.repfold.converter.verify.LabelledData;
import org.repfold.converter.verify.Verification;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/** Makes the report of a verified conversion, from what a command knows, and words its outcome. */
final class Reporting {
  private static final int SAMPLES = 64;
  private static final int BATCH = 100;
  private static final int LARGEST_BATCH = 8;

  private final Converter converter;
  private final DeployForm expected;
  private final ModelFile written;
  private final Verification verification;

  Reporting(
      Converter converter, DeployForm expected, ModelFile written, Verification verification) {
    this.converter = converter;
    this.expected = expected;
    this.written = written;
    this.verification = verification;
  }

  /**
   * Makes a folder for a report, if there is none.
   *
   * @throws BadInputException if that is not possible
   */
  static void prepare(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new BadInputException(
          folder + ": expected a folder for the report: " + e.getMessage(), e);
    }
  }

  /**
   * The report.
   *
   * @param deployName the name that the deploy form goes by
   * @param data real inputs; where there are none, made-up ones are compared
   * @param training the epochs of the train form's training in this run
   * @throws BadInputException if the network has more than one input or output
   */
  Report report(
      String deployName,
      long seed,
      String commandLine,
      Optional<LabelledData> data,
      List<Timings.Epoch> training) {
    requireOneInputAndOutput(converter.source());
    LabelledData inputs = data.orElseGet(() -> normal(seed));
    try (Engines engines = Engines.of(converter.source(), written);
        Engine truth = EngineName.ND4J_F64.load(converter.source())) {
      OutputDifferences differences =
          OutputDifferences.measure(
              inputs.name(),
              inputs.images(),
              BATCH,
              truth,
              engines.train().get(0),
              engines.deploy().get(0));
      List<Timings.Speed> speed =
          Latency.measure(engines.contenders(), inputs.images(), 1, LARGEST_BATCH);
      return Report.of(
          expected.folding(),
          written.graph(),
          verification,
          provenance(deployName, seed, commandLine),
          differences,
          new Timings(speed, training, verification.timings()));
    }
  }

  /** Writes the report's files into a folder. */
  static void write(Report report, Path folder, boolean force, Console console) {
    prepare(folder);
    ReportWriter.write(report, folder, force);
    console.line("wrote %s", folder.resolve("report.html"));
  }

  private Provenance provenance(String deployName, long seed, String commandLine) {
    ModelFile source = converter.source();
    List<Provenance.File> files = new ArrayList<>();
    files.add(file(source.path().getFileName().toString(), "train form", source));
    files.add(file(deployName, "deploy form", written));
    return new Provenance(
        files,
        Main.Version.number(),
        converter.conversion().rules(),
        seed,
        Machine.backend(),
        Machine.instructionSets(),
        Machine.threads(),
        commandLine);
  }

  private static Provenance.File file(String name, String role, ModelFile model) {
    return new Provenance.File(
        name, role + " (" + model.format() + ")", Fingerprint.sha256(model.path()));
  }

  /** Reports draw, and runs write, the numbers of one output for one input. */
  static void requireOneInputAndOutput(ModelFile model) {
    int inputs = model.graph().inputs().size();
    int outputs = model.graph().outputs().size();
    if (inputs != 1 || outputs != 1) {
      throw new BadInputException(
          "%s: expected a model with one input and one output, found %d and %d"
              .formatted(model.path(), inputs, outputs));
    }
  }

  private LabelledData normal(long seed) {
    Shape sample = converter.source().graph().inputs().get(0).shape().with(0, 1);
    int samples = Math.max(LARGEST_BATCH, BatchSize.of(SAMPLES, sample.elements()));
    long[] shape = sample.with(0, samples).toArray();
    Random random = new Random(seed);
    float[] pixels = new float[Math.toIntExact(Shape.of(shape).elements())];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    INDArray images = NdArrays.of(pixels, shape);
    return new LabelledData("normal inputs", images, new int[0]);
  }

  /** Words the answers to the three questions. */
  static void print(Verification verification, Console console) {
    console.line(
        "algebra    %s  float64 forms agree to %s (relative) over %,d values",
        word(verification.algebra().passed()),
        number(verification.algebra().maxRelative()),
        verification.algebra().values());
    console.line(
        "           %d of %d folds certified: the same for all inputs",
        verification.algebra().certified(), verification.algebra().folds());
    console.line(
        "rounding   %s  every weight within %s ULP, %.4f %% correctly rounded",
        word(verification.rounding().passed()),
        number(verification.rounding().maxUlp()),
        100 * verification.rounding().correctlyRounded());
    console.line(
        "behaviour  %s  error against the float64 truth: train form %s, deploy form %s (relative L2)",
        word(verification.behaviour().passed()),
        number(verification.behaviour().train().relativeL2()),
        number(verification.behaviour().deploy().relativeL2()));
    for (EngineResult result : verification.behaviour().engines()) {
      if (result.predictions().accuracy() != null) {
        console.line(
            "           %-6s on %-11s accuracy %.4f, same class as the truth on %d of %d",
            result.form(),
            result.engine(),
            result.predictions().accuracy(),
            Math.round(result.predictions().top1Agreement() * result.predictions().samples()),
            result.predictions().samples());
      }
    }
    verification.failures().forEach(failure -> console.line("failed: %s", failure));
  }

  private static String word(boolean passed) {
    return passed ? "PASSED" : "FAILED";
  }

  private static String number(Double value) {
    return value == null ? "not finite" : String.format(java.util.Locale.ROOT, "%.3g", value);
  }
}
