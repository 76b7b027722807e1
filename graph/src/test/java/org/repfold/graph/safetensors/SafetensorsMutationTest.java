package org.repfold.graph.safetensors;

import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.repfold.graph.BadInputException;

/** Whatever happens to a file's bytes, reading it succeeds or is refused. */
class SafetensorsMutationTest {
  private Path file;

  /** One byte of the file changed: where, and to what. */
  record Change(int position, byte value) {}

  @BeforeProperty
  void createFile() throws IOException {
    file = Files.createTempFile("mutated", ".safetensors");
  }

  @AfterProperty
  void deleteFile() throws IOException {
    Files.delete(file);
  }

  @Property(tries = 500)
  void changedBytesAreReadOrRefused(@ForAll("changes") List<Change> changes) throws IOException {
    byte[] bytes = SafetensorsFile.small();
    changes.forEach(change -> bytes[change.position()] = change.value());
    Files.write(file, bytes);
    try {
      SafetensorsReader.read(file);
    } catch (BadInputException e) {
      assertRefused(() -> SafetensorsReader.read(file), file + ": ");
    }
  }

  /** Half of the bytes are ones that mean something to the header's grammar. */
  @Provide
  Arbitrary<List<Change>> changes() {
    Arbitrary<Integer> positions =
        Arbitraries.integers().between(0, SafetensorsFile.small().length - 1);
    Arbitrary<Byte> values =
        Arbitraries.oneOf(
            Arbitraries.bytes(),
            Arbitraries.chars().with("{}[]\",:0123456789-eE. \\").map(c -> (byte) (char) c));
    return Combinators.combine(positions, values).as(Change::new).list().ofMinSize(1).ofMaxSize(6);
  }
}
