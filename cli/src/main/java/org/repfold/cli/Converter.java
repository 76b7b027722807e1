package org.repfold.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.repfold.converter.Conversion;
import org.repfold.converter.DeployForm;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.ReferenceEngine;
import org.repfold.converter.io.Fingerprint;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.io.dl4j.Dl4jEngine;
import org.repfold.converter.verify.LabelledData;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.Verifier;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;

/**
 * A train form from a file, converted: makes deploy forms of it and verifies them.
 *
 * @param source the train form
 * @param conversion what became of it
 */
record Converter(ModelFile source, Conversion conversion) {

  static Converter of(ModelFile source) {
    try {
      return new Converter(source, Conversion.of(source.graph()));
    } catch (BadInputException e) {
      throw new BadInputException(source.path() + ": " + e.getMessage(), e);
    }
  }

  /** The deploy form for a kind of file, with its provenance. */
  DeployForm deployForm(ModelFile.Format format) {
    return DeployForm.of(conversion, format, source.dl4j(), provenance());
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
  Verification verify(DeployForm expected, ModelFile written, long seed, Optional<LabelledData> data) {
    List<Engine> trainEngines = new ArrayList<>();
    List<Engine> deployEngines = new ArrayList<>();
    try {
      source.dl4j().ifPresent(dl4j -> trainEngines.add(new Dl4jEngine(dl4j.source())));
      trainEngines.add(new ReferenceEngine(source.graph(), ElementType.FLOAT32));
      trainEngines.add(EngineName.ONNXRUNTIME.load(source));
      written.dl4j().ifPresent(dl4j -> deployEngines.add(new Dl4jEngine(dl4j.source())));
      deployEngines.add(new ReferenceEngine(written.graph(), ElementType.FLOAT32));
      deployEngines.add(EngineName.ONNXRUNTIME.load(written));
      VerifyOptions options =
          VerifyOptions.defaults().withSeed(seed).withEngines(trainEngines, deployEngines);
      return Verifier.verify(
          expected.folding(),
          written.graph(),
          data.isPresent() ? options.withData(data.get()) : options);
    } finally {
      trainEngines.forEach(Engine::close);
      deployEngines.forEach(Engine::close);
    }
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
    }
    throw new BadInputException(output + ": expected an ending .onnx or .zip, or --to");
  }
}
