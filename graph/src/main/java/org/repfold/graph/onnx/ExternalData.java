package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.ElementFormat;
import org.repfold.graph.file.FileFailure;

/** The elements of tensors that a model keeps in other files, which must be in its own folder. */
final class ExternalData {
  static final String LOCATION = "location";
  static final String OFFSET = "offset";
  static final String LENGTH = "length";

  private final Optional<Path> folder;

  private ExternalData(Optional<Path> folder) {
    this.folder = folder;
  }

  /** The files beside a model file. */
  static ExternalData beside(Path model) {
    return new ExternalData(Optional.of(model.toAbsolutePath().normalize().getParent()));
  }

  /** No files: the model is all there is. */
  static ExternalData none() {
    return new ExternalData(Optional.empty());
  }

  /**
   * Reads a tensor's elements.
   *
   * @throws BadInputException if the file is missing or outside the folder, or does not hold them
   */
  Tensor read(TensorProto proto, ElementType type, Shape shape) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : proto.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    Path file = resolve(entries.getOrDefault(LOCATION, ""));
    long bytes = TensorBytes.count(type, shape.toArray());
    try (FileChannel in = FileChannel.open(file)) {
      long offset = number(entries, OFFSET, 0);
      long length = number(entries, LENGTH, in.size() - offset);
      if (length != bytes || offset > in.size() - bytes) {
        throw new BadInputException(
            "expected "
                + bytes
                + " bytes for shape "
                + shape
                + " in "
                + file.getFileName()
                + ", found "
                + length
                + " from offset "
                + offset
                + " of "
                + in.size());
      }
      ElementFormat format = ElementFormat.of(type);
      if (format.isLeftInFile(bytes)) {
        ByteBuffer mapped = in.map(FileChannel.MapMode.READ_ONLY, offset, bytes);
        return format.view(mapped.order(ByteOrder.LITTLE_ENDIAN), shape);
      }
      return TensorBytes.read(type, shape, in.position(offset));
    } catch (IOException e) {
      throw FileFailure.cannotRead(file, e);
    }
  }

  /** A model must not make its reader open any file that its author likes. */
  private Path resolve(String location) {
    Path base =
        folder.orElseThrow(
            () -> new BadInputException("external data need a model file, not bytes in memory"));
    try {
      Path file = base.resolve(location).normalize();
      if (!location.isEmpty()
          && file.startsWith(base)
          && (!Files.exists(file)
              // A pipe would be waited for.
              || Files.isRegularFile(file) && file.toRealPath().startsWith(base.toRealPath()))) {
        return file;
      }
    } catch (InvalidPathException | IOException e) {
      // No file of the folder: the error below.
    }
    throw new BadInputException(
        "expected external data in the model's own folder, found '" + location + "'");
  }

  private static long number(Map<String, String> entries, String key, long otherwise) {
    String text = entries.get(key);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("\\d{1,18}")) {
      throw new BadInputException(
          "external data: expected an integer of at least 0 as " + key + ", found '" + text + "'");
    }
    return Long.parseLong(text);
  }
}
