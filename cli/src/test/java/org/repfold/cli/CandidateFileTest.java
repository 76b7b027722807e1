package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.BadInputException;

class CandidateFileTest {
  @TempDir Path folder;

  private CandidateFile candidate(boolean force, String... files) {
    return new CandidateFile(
        folder.resolve("out.onnx"),
        force,
        path -> {
          try {
            for (String file : files) {
              Files.writeString(path.resolveSibling(file), file);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private List<String> files() throws IOException {
    return Folders.files(folder).stream().map(file -> file.getFileName().toString()).toList();
  }

  @Test
  void anAcceptedModelTakesItsPlaceWithItsParameters() throws IOException {
    try (CandidateFile candidate = candidate(false, "out.onnx", "out.onnx.data")) {
      candidate.accept();
    }
    assertEquals(List.of("out.onnx", "out.onnx.data"), files());
    assertEquals("out.onnx.data", Files.readString(folder.resolve("out.onnx.data")));
  }

  @Test
  void whatIsNotAcceptedLeavesNothing() throws IOException {
    candidate(false, "out.onnx", "out.onnx.data").close();
    assertEquals(List.of(), files());
  }

  @Test
  void whatCannotBeWrittenLeavesNothing() throws IOException {
    assertThrows(UncheckedIOException.class, () -> candidate(false, "no folder/out.onnx"));
    assertEquals(List.of(), files());
  }

  @Test
  void otherParametersAreNotReplacedUnlessForced() throws IOException {
    Files.writeString(folder.resolve("out.onnx.data"), "other");
    try (CandidateFile candidate = candidate(false, "out.onnx", "out.onnx.data")) {
      assertThrows(BadInputException.class, candidate::accept);
    }
    assertEquals(List.of("out.onnx.data"), files());
    try (CandidateFile candidate = candidate(true, "out.onnx", "out.onnx.data")) {
      candidate.accept();
    }
    assertEquals(List.of("out.onnx", "out.onnx.data"), files());
  }
}
