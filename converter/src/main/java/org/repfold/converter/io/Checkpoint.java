package org.repfold.converter.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.io.pytorch.PyTorchFile;
import org.repfold.converter.io.pytorch.PyTorchReader;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.InputFile;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsReader;
import org.repfold.graph.safetensors.ShardedSafetensors;

/**
 * The tensors of a trained network, by name, without its architecture, read from a file.
 *
 * @param path the file
 * @param tensors by name, without prefixes, in the file's order; tensors that the file shares are
 *     the same object
 * @param section the key that they stand under, where the file holds more than them
 * @param otherSections keys that further sets of tensors stand under, which were not read
 * @param strippedPrefixes what wrappers put before the names, which was taken away
 * @param metadata texts and plain values beside the tensors
 */
public record Checkpoint(
    Path path,
    Map<String, Tensor> tensors,
    Optional<String> section,
    List<String> otherSections,
    List<String> strippedPrefixes,
    Map<String, String> metadata) {
  /** The length of safetensors' header, and its first character. */
  private static final int PREFIX = Long.BYTES + 1;

  public Checkpoint {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    otherSections = List.copyOf(otherSections);
    strippedPrefixes = List.copyOf(strippedPrefixes);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** As {@link #read(Path, Optional)}, with the section that trainings mean to be used. */
  public static Checkpoint read(Path file) {
    return read(file, Optional.empty());
  }

  /**
   * Reads a checkpoint of any kind, told from its content: one that {@code torch.save} wrote,
   * safetensors, or the index of safetensors that are split over several files.
   *
   * @param section the key of the tensors to take, of a PyTorch file that has several
   * @throws BadInputException in one line, starting with the file, if it is missing, damaged, of no
   *     known kind, or holds anything but tensors and plain values
   */
  public static Checkpoint read(Path file, Optional<String> section) {
    Kind kind = InputFile.read(file, Checkpoint::kind);
    if (kind == Kind.PYTORCH) {
      PyTorchFile read = PyTorchReader.read(file, section);
      return of(file, read.tensors(), read.section(), read.otherSections(), read.metadata());
    }
    if (section.isPresent()) {
      throw new BadInputException(
          file + ": expected a PyTorch file to take '" + section.get() + "' of, found safetensors");
    }
    Safetensors read =
        kind == Kind.INDEX ? ShardedSafetensors.read(file) : SafetensorsReader.read(file);
    return of(file, read.tensors(), Optional.empty(), List.of(), read.metadata());
  }

  private static Checkpoint of(
      Path file,
      Map<String, Tensor> tensors,
      Optional<String> section,
      List<String> otherSections,
      Map<String, String> metadata) {
    NamePrefixes.Stripped stripped;
    try {
      stripped = NamePrefixes.strip(tensors);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
    return new Checkpoint(
        file, stripped.tensors(), section, otherSections, stripped.prefixes(), metadata);
  }

  /** Kinds of files. */
  private enum Kind {
    PYTORCH,
    SAFETENSORS,
    INDEX
  }

  /** Whether a file that begins so is a checkpoint, unless it is another zip file. */
  static boolean isStart(byte[] bytes) {
    return kind(bytes).isPresent();
  }

  private static Kind kind(InputFile in) throws IOException {
    byte[] start = in.bytes(0, (int) Math.min(in.size(), PREFIX)).array();
    return kind(start)
        .orElseThrow(
            () ->
                new BadInputException(
                    "expected a checkpoint of PyTorch or safetensors, found neither by its first"
                        + " bytes"));
  }

  private static Optional<Kind> kind(byte[] start) {
    // First, as a length of 8 bytes may begin like a zip or a pickle.
    if (start.length >= PREFIX && start[PREFIX - 1] == '{' && start[PREFIX - 2] == 0) {
      return Optional.of(Kind.SAFETENSORS);
    }
    if (start.length >= 2 && (start[0] == 'P' && start[1] == 'K' || start[0] == (byte) 0x80)) {
      return Optional.of(Kind.PYTORCH);
    }
    if (start.length > 0 && start[0] == '{') {
      return Optional.of(Kind.INDEX);
    }
    return Optional.empty();
  }
}
