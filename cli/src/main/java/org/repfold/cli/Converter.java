package org.repfold.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.repfold.converter.Conversion;
import org.repfold.converter.DeployForm;
import org.repfold.converter.execute.ExecutableBody;
import org.repfold.converter.io.Fingerprint;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.verify.LabelledData;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.zoo.catalog.OfficialForm;

/**
 * A train form from a file, converted: makes deploy forms of it and verifies them.
 *
 * @param source the train form
 * @param conversion what became of it
 * @param shapes of the tensors of a checkpoint, by name, where it is converted to one
 */
record Converter(ModelFile source, Conversion conversion, Map<String, Shape> shapes) {
  /** A node's operands and result, of both forms. */
  private static final int VALUES_AT_ONCE = 6;

  /** Converts, certifying the folds as far as the effort goes. */
  static Converter of(ModelFile source, Effort effort) {
    return of(source, () -> Conversion.of(source.graph(), effort), Map.of());
  }

  /** As {@link #of(ModelFile, Effort)}, to what a network's own PyTorch code deploys. */
  static Converter of(ModelFile source, OfficialForm form, Effort effort) {
    return of(source, () -> Conversion.of(source.graph(), form.folds(), effort), form.tensors());
  }

  private static Converter of(
      ModelFile source, Supplier<Conversion> conversion, Map<String, Shape> shapes) {
    try {
      return new Converter(source, conversion.get(), shapes);
    } catch (BadInputException e) {
      throw new BadInputException(source.path() + ": " + e.getMessage(), e);
    }
  }

  /** The deploy form for a kind of file, with its provenance. */
  DeployForm deployForm(ModelFile.Format format) {
    return format == ModelFile.Format.PYTORCH
        ? DeployForm.checkpoint(conversion, shapes, provenance())
        : DeployForm.of(conversion, format, source.dl4j(), provenance());
  }

  private Map<String, String> provenance() {
    Map<String, Integer> folds = new LinkedHashMap<>();
    conversion.folding().steps().forEach(step -> folds.merge(step.rule(), 1, Integer::sum));
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("repfold.version", Main.Version.number());
    provenance.put("repfold.source.name", source.path().getFileName().toString());
    provenance.put("repfold.source.sha256", Fingerprint.sha256(source.path()));
    provenance.put("repfold.folds", folds.toString());
    return provenance;
  }

  /** Verifies a deploy form as it was written, on all engines that run both forms. */
  Verification verify(
      DeployForm expected, ModelFile written, long seed, Optional<LabelledData> data) {
    requireComputable();
    try (Engines engines = Engines.of(source, written)) {
      VerifyOptions options = options(seed, engines);
      return Verifier.verify(
          expected.folding(),
          expected.certificates(),
          written.graph(),
          data.isPresent() ? options.withData(data.get()) : options);
    }
  }

  /** As {@link #verify}, with the one engine that is at home with each file: what a user runs. */
  Verification verifyAtHome(
      DeployForm expected, ModelFile written, long seed, VerifyOptions.Probing probing) {
    requireComputable();
    try (Engines engines = Engines.atHome(source, written)) {
      return Verifier.verify(
          expected.folding(),
          expected.certificates(),
          written.graph(),
          options(seed, engines).withProbing(probing));
    }
  }

  /** ONNX Runtime may know an operator that is unknown here, but not in float64. */
  private void requireComputable() {
    for (Node node : source.graph().nodes()) {
      if (node.operator() instanceof Operator.Opaque opaque
          && !(opaque.body() instanceof ExecutableBody)) {
        throw new BadInputException(
            source.path()
                + ": node '"
                + node.name()
                + "' ("
                + opaque.kind()
                + "): expected operators that are known here, as others cannot be computed in"
                + " float64 to verify against; 'convert --no-verify' goes without");
      }
      requireRoom(node);
    }
  }

  /** ND4J does not say that there is no memory for a value, but ends the program. */
  private void requireRoom(Node node) {
    long heap = Runtime.getRuntime().maxMemory();
    long most = heap / Double.BYTES / VALUES_AT_ONCE;
    Shape shape = source.graph().shape(node.name());
    if (shape.elementsOfSample() > most) {
      throw new BadInputException(
          ("%s: node '%s': expected values of at most %d elements, as a heap of %d MiB allows to"
                  + " verify, found %s; fix: export REPFOLD_JAVA_OPTIONS=-Xmx8g, or 'convert"
                  + " --no-verify'")
              .formatted(source.path(), node.name(), most, heap >> 20, shape));
    }
  }

  private static VerifyOptions options(long seed, Engines engines) {
    return VerifyOptions.defaults().withSeed(seed).withEngines(engines.train(), engines.deploy());
  }

  /**
   * The kind of file by a name's ending.
   *
   * @throws BadInputException if the ending is not known
   */
  static ModelFile.Format formatOf(Path output) {
    String name = output.getFileName().toString();
    if (name.endsWith(".onnx")) {
      return ModelFile.Format.ONNX;
    } else if (name.endsWith(".zip")) {
      return ModelFile.Format.DL4J;
    } else if (name.endsWith(".safetensors")) {
      return ModelFile.Format.PYTORCH;
    }
    throw new BadInputException(
        output + ": expected an ending .onnx, .zip or .safetensors, or --to");
  }
}
