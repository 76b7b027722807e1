package org.repfold.converter.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.converter.io.dl4j.Dl4jGraph;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.onnx.OnnxReader;

/**
 * A model read from a file.
 *
 * @param path the file
 * @param format its kind
 * @param graph what it computes
 * @param dl4j the DL4J graph, where it holds one
 */
public record ModelFile(Path path, Format format, Graph graph, Optional<Dl4jGraph> dl4j) {
  /** A zip file begins with the header of an entry (APPNOTE 6.3, 4.3.7), behind it the name. */
  private static final int ZIP_HEADER = 30;

  private static final int ZIP_NAME_LENGTH = 26;
  private static final int LONGEST_NAME = 1024;

  /** Kinds of model files. */
  public enum Format {
    /** A zip file of a DL4J network. */
    DL4J,
    ONNX,
    /** A checkpoint, of PyTorch or safetensors: parameters by name, without their architecture. */
    PYTORCH
  }

  /**
   * Reads a model.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing, empty,
   *     damaged, of no known kind, or a checkpoint, which does not say what network it is of
   */
  public static ModelFile read(Path file) {
    return read(file, Map.of(), Set.of());
  }

  /**
   * As {@link #read(Path)}, of a model that does not fix the shapes of its inputs, or a DL4J model
   * with layers of a user's own.
   *
   * @param inputShapes by input, in the model's layout, the batch {@link Shape#UNKNOWN}; none for
   *     those that are to be found
   * @param allowedClasses full names of layers, vertices and activations of the user's own
   * @throws BadInputException as {@link #read(Path)}, or if there is no such input
   */
  public static ModelFile read(
      Path file, Map<String, Shape> inputShapes, Set<String> allowedClasses) {
    return switch (formatOf(file)) {
      case DL4J -> {
        Dl4jGraph dl4j = new Dl4jReader(allowedClasses).read(file, inputShapes);
        yield new ModelFile(file, Format.DL4J, dl4j.graph(), Optional.of(dl4j));
      }
      case ONNX ->
          new ModelFile(file, Format.ONNX, OnnxReader.read(file, inputShapes), Optional.empty());
      case PYTORCH ->
          throw new BadInputException(
              file
                  + ": expected a model that states its architecture, found a checkpoint, which"
                  + " holds parameters alone");
    };
  }

  /**
   * The kind of a file, told from its first bytes.
   *
   * @throws BadInputException as {@link #read}
   */
  public static Format formatOf(Path file) {
    if (!Files.exists(file)) {
      throw new BadInputException(file + ": expected a model file, found no such file");
    }
    if (Files.isDirectory(file)) {
      throw new BadInputException(file + ": expected a model file, found a folder");
    }
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(ZIP_HEADER + LONGEST_NAME);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (start.length == 0) {
      throw new BadInputException(file + ": expected a model file, found an empty file");
    }
    if (startsWith(start, 'P', 'K')) {
      return isInFolder(start) ? Format.PYTORCH : Format.DL4J;
    }
    if (Checkpoint.isStart(start)) {
      return Format.PYTORCH;
    }
    // An ONNX model is a protobuf message whose first field is its version, a small number.
    if (start.length >= 2 && start[0] == 8 && start[1] > 0) {
      return Format.ONNX;
    }
    throw new BadInputException(
        file
            + ": expected a DL4J zip, an ONNX model or a checkpoint, found none of them by its first"
            + " bytes");
  }

  private static boolean startsWith(byte[] start, int first, int second) {
    return start.length >= 2 && start[0] == first && start[1] == second;
  }

  /** PyTorch puts all entries of its zip files into one folder, DL4J none. */
  private static boolean isInFolder(byte[] start) {
    int end = ZIP_HEADER;
    if (start.length > ZIP_HEADER) {
      end += start[ZIP_NAME_LENGTH] & 0xff | (start[ZIP_NAME_LENGTH + 1] & 0xff) << Byte.SIZE;
    }
    for (int i = ZIP_HEADER; i < Math.min(end, start.length); i++) {
      if (start[i] == '/') {
        return true;
      }
    }
    return false;
  }
}
