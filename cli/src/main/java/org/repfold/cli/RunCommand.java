package org.repfold.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.repfold.converter.execute.BatchSize;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.io.ModelFile;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.OutputFile;
import org.repfold.graph.npy.Npy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a model on inputs from files. */
@Command(
    name = "run",
    description = "Forward pass.",
    footer = {
      "",
      "Example:",
      "  repfold run deploy.onnx --input images.npy --output logits.npy --engine onnxruntime"
    })
final class RunCommand extends ConsoleCommand {
  private static final int BATCH = 64;

  @Parameters(paramLabel = "MODEL", description = "A DL4J zip, an ONNX model or a checkpoint.")
  private Path file;

  @Option(
      names = "--input",
      required = true,
      description = "A .npy file [N, C, H, W] of float32, an image, or a folder of images.")
  private Path input;

  @Option(names = "--output", required = true, description = "The .npy file to write.")
  private Path output;

  @Option(
      names = "--engine",
      description = "${COMPLETION-CANDIDATES}; default: dl4j for DL4J, onnxruntime for all others.")
  private EngineName engine;

  @Option(
      names = "--mean",
      description = "Subtracted from images' pixels of 0 to 1 (${DEFAULT-VALUE}).")
  private double mean = 0;

  @Option(
      names = "--deviation",
      description = "What pixels are divided by then (${DEFAULT-VALUE}).")
  private double deviation = 1;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Mixin private InputShapeOption inputShapes;
  @Mixin private ModelReading models;

  @Override
  public Integer call() {
    OutputFile.requireWritable(output, force);
    ModelFile model = models.read(file, inputShapes.shapes(), console());
    Reporting.requireOneInputAndOutput(model);
    Shape expected = model.graph().inputs().get(0).shape();
    Tensor batch = readInput(expected);
    requireShape(expected, batch.shape());
    EngineName chosen =
        engine != null
            ? engine
            : model.format() == ModelFile.Format.DL4J ? EngineName.DL4J : EngineName.ONNXRUNTIME;
    long start = System.nanoTime();
    Tensor result;
    try (Engine loaded = chosen.load(model)) {
      result = run(loaded, batch, chosen);
    }
    double milliseconds = (System.nanoTime() - start) / 1e6;
    Npy.write(result, output, force);
    console()
        .line(
            "%s %s -> %s by %s in %.1f ms",
            output, batch.shape(), result.shape(), chosen, milliseconds);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("output", output.toString());
    document.put("shape", result.shape().toArray());
    document.put("engine", chosen.toString());
    console().document(document);
    return Main.DONE;
  }

  private Tensor readInput(Shape expected) {
    if (!Files.exists(input)) {
      throw new BadInputException(
          input + ": expected a .npy file, an image or a folder, found nothing");
    }
    return input.toString().endsWith(".npy")
        ? Npy.read(input)
        : ImageInput.read(input, expected, mean, deviation);
  }

  private void requireShape(Shape expected, Shape found) {
    boolean fits = found.rank() == expected.rank() && found.rank() > 0 && found.dimension(0) > 0;
    for (int axis = 1; fits && axis < found.rank(); axis++) {
      fits = found.dimension(axis) == expected.dimension(axis);
    }
    if (!fits) {
      throw new BadInputException(input + ": expected shape " + expected + ", found " + found);
    }
  }

  private static Tensor run(Engine engine, Tensor batch, EngineName name) {
    INDArray images = NdArrays.of(batch, ElementType.FLOAT32);
    List<INDArray> results = new ArrayList<>();
    long samples = images.size(0);
    int most = BatchSize.of(BATCH, images.length() / samples);
    for (long start = 0; start < samples; start += most) {
      INDArray part =
          images.get(NDArrayIndex.interval(start, Math.min(samples, start + most))).dup('c');
      results.add(engine.run(part));
    }
    INDArray all = Nd4j.concat(0, results.toArray(INDArray[]::new));
    Shape shape = Shape.of(all.shape());
    return name == EngineName.ND4J_F64
        ? Tensor.of(shape, NdArrays.toDoubles(all))
        : Tensor.of(shape, NdArrays.toFloats(all));
  }
}
