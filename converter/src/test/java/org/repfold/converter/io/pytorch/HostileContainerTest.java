package org.repfold.converter.io.pytorch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.converter.io.Checkpoint;
import org.repfold.converter.io.pytorch.HostileFiles.HostileFile;
import org.repfold.graph.BadInputException;

/** Zip files and sequences of pickles that are not what they claim. */
class HostileContainerTest {
  private static final int PICKLE = 0;
  private static final int ORDER = 1;
  private static final int STORAGE = 2;

  @TempDir Path folder;

  private static HostileFile zip(String name, Consumer<ZipBytes> change, String expected) {
    ZipBytes zip = ZipBytes.checkpoint(PickleBytes.sound());
    change.accept(zip);
    return new HostileFile(name, zip.bytes(), expected);
  }

  static List<HostileFile> zips() {
    List<HostileFile> files = new ArrayList<>();
    for (String name :
        List.of("../evil", "archive/../../evil", "/etc/passwd", "C:\\evil", "archive\\evil", "")) {
      files.add(
          zip(
              "name '" + name + "'",
              zip -> zip.add(name, new byte[1]),
              "entry '" + name + "': expected a name inside the zip"));
    }
    files.add(
        zip(
            "pickle twice",
            zip -> zip.add("archive/data.pkl", PickleBytes.sound()),
            "entry 'archive/data.pkl': expected it once, found it twice"));
    files.add(
        zip(
            "two folders",
            zip -> zip.add("other/data.pkl", PickleBytes.sound()),
            "expected a checkpoint of PyTorch with one entry FOLDER/data.pkl"));
    files.add(
        zip(
            "program",
            zip -> zip.add("archive/code/__torch__.py", new byte[1]).method = 8,
            "found TorchScript"));
    files.add(
        zip("constants", zip -> zip.add("archive/constants.pkl", new byte[1]), "TorchScript"));
    files.add(new HostileFile("document", documentZip(), "found [word/document.xml]"));
    files.add(new HostileFile("bomb", bomb(), "found it compressed or encrypted"));
    files.add(
        zip("encrypted", zip -> zip.entry(STORAGE).flags = 1, "found it compressed or encrypted"));
    files.add(zip("compressed storage", zip -> zip.entry(STORAGE).method = 8, "'archive/data/0'"));
    files.add(
        zip(
            "sizes differ",
            zip -> zip.entry(STORAGE).size = 1000,
            "expected 1000 bytes, found 16"));
    files.add(
        zip(
            "larger than the file",
            zip -> {
              zip.entry(STORAGE).size = Integer.MAX_VALUE;
              zip.entry(STORAGE).storedSize = Integer.MAX_VALUE;
            },
            "expected 2147483647 bytes"));
    files.add(
        zip(
            "larger than 2^63",
            zip -> {
              zip.entry(STORAGE).size = -1;
              zip.entry(STORAGE).storedSize = -1;
              zip.entry(STORAGE).extra =
                  ZipBytes.little(20)
                      .putShort((short) 1)
                      .putShort((short) 16)
                      .putLong(Long.MIN_VALUE)
                      .putLong(Long.MIN_VALUE)
                      .array();
            },
            "expected -9223372036854775808 bytes"));
    files.add(
        zip(
            "64-bit size without one",
            zip -> zip.entry(STORAGE).size = -1,
            "expected 64-bit sizes, found none"));
    files.add(
        zip(
            "shared bytes",
            zip -> {
              zip.entry(PICKLE).size += 40;
              zip.entry(PICKLE).storedSize += 40;
            },
            "expected entries of the zip that share no bytes"));
    files.add(
        zip("other header", zip -> zip.entry(STORAGE).header = 7, "expected its header at byte 7"));
    files.add(
        zip(
            "other name in the header",
            zip -> zip.entry(STORAGE).localName = "archive/data/1",
            "expected its header at byte"));
    files.add(zip("entries missing", zip -> zip.countOffset(1), "expected 4 entries"));
    files.add(zip("entries left over", zip -> zip.countOffset(-1), "expected 2 entries"));
    files.add(
        zip("damaged pickle", zip -> zip.entry(PICKLE).checksum++, "data.pkl: expected bytes of"));
    files.add(
        zip(
            "damaged storage",
            zip -> zip.entry(STORAGE).checksum = 1,
            "tensor 'w': storage '0': expected bytes of checksum 00000001"));
    files.add(
        zip(
            "byte order",
            zip -> System.arraycopy("middle".getBytes(UTF_8), 0, zip.entry(ORDER).data, 0, 6),
            "byteorder: expected 'little' or 'big', found 'middle'"));
    return files;
  }

  private static byte[] documentZip() {
    ZipBytes zip = new ZipBytes();
    zip.add("word/document.xml", new byte[1]);
    return zip.bytes();
  }

  /** A pickle of 256 MB in 260 KB. */
  private static byte[] bomb() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out =
        new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_SPEED, true))) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 256; i++) {
        out.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ZipBytes zip = new ZipBytes();
    ZipBytes.Entry pickle = zip.add("archive/data.pkl", bytes.toByteArray());
    pickle.method = 8;
    pickle.size = 256 << 20;
    return zip.bytes();
  }

  private static PickleBytes legacy(PickleBytes magic) {
    return magic.raw("\u0080\u0002M\u00e9\u0003.").raw("\u0080\u0002}.");
  }

  private static PickleBytes magic() {
    return PickleBytes.start().raw("\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.");
  }

  private static HostileFile legacy(String name, PickleBytes file, String expected) {
    return new HostileFile(name, file.bytes(), expected);
  }

  /** With the list of storages, and of each one its number of elements, but no numbers. */
  private static PickleBytes legacyWith(String keys, long elements) {
    return legacy(magic())
        .raw(PickleBytes.sound())
        .raw("\u0080\u0002](")
        .text(keys)
        .op("e.")
        .little(elements, Long.BYTES);
  }

  static List<HostileFile> sequences() {
    List<HostileFile> files = new ArrayList<>();
    files.add(legacy("magic alone", magic(), "expected 1 bytes"));
    files.add(
        legacy("other magic", legacy(PickleBytes.start().integer(42).op(".")), "its magic number"));
    files.add(
        legacy(
            "other version",
            magic().raw("\u0080\u0002M\u00ea\u0003."),
            "expected PyTorch's version 1001"));
    files.add(
        legacy(
            "program as facts of the machine",
            magic()
                .raw("\u0080\u0002M\u00e9\u0003.")
                .raw("\u0080\u0002")
                .global("os", "system")
                .text("id")
                .op("\u0085R."),
            "found 'os.system'"));
    files.add(
        legacy(
            "no list of storages",
            legacy(magic()).raw(PickleBytes.sound()).raw("\u0080\u0002}."),
            "expected a list of storages"));
    files.add(legacy("unknown storage", legacyWith("9", 4), "expected storages of tensors alone"));
    files.add(
        legacy("storage of another length", legacyWith("0", 5), "expected 4 elements, found 5"));
    files.add(legacy("endless storage", legacyWith("0", -1), "expected 4 elements, found -1"));
    files.add(legacy("storage that is cut", legacyWith("0", 4), "expected 16 bytes"));
    files.add(
        legacy(
            "more at the end", legacyWith("0", 4).raw(new byte[17]), "expected the file to end"));
    files.add(
        legacy(
            "no storages",
            legacy(magic()).raw(PickleBytes.sound()).raw("\u0080\u0002]."),
            "tensor 'w': expected its storage '0', found none"));
    files.add(
        new HostileFile(
            "compressed", new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0}, "found neither"));
    return files;
  }

  @Test
  void soundSequenceIsRead() {
    byte[] bytes = legacyWith("0", 4).raw(new byte[16]).bytes();
    assertEquals(
        Set.of("w"), Checkpoint.read(HostileFiles.write(folder, bytes)).tensors().keySet());
  }

  @ParameterizedTest
  @MethodSource("zips")
  void zipsThatLieAreRefused(HostileFile file) {
    HostileFiles.assertRefused(folder, file);
  }

  @ParameterizedTest
  @MethodSource("sequences")
  void sequencesThatLieAreRefused(HostileFile file) {
    HostileFiles.assertRefused(folder, file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.pth", "types_legacy.pth"})
  void everyTruncationIsRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(PyTorchReaderTest.fixture(name));
    for (int length = 0; length < whole.length; length += 7) {
      HostileFiles.assertRefused(
          folder, new HostileFile("length " + length, Arrays.copyOf(whole, length), "expected "));
    }
  }

  @Test
  void changedNumberIsNoticedByItsChecksum() throws IOException {
    byte[] bytes = Files.readAllBytes(PyTorchReaderTest.fixture("bare.pth"));
    int changed = 0;
    for (int i = 0; i < bytes.length; i += 97) {
      bytes[i] ^= 1;
      Path file = HostileFiles.write(folder, bytes);
      try {
        assertTimeoutPreemptively(HostileFiles.SOON, () -> Checkpoint.read(file));
      } catch (BadInputException e) {
        changed += e.getMessage().contains("checksum") ? 1 : 0;
      }
      bytes[i] ^= 1;
    }
    assertTrue(changed > 10, changed + " changes were noticed");
  }
}
