package org.repfold.converter.io.pytorch;

import static org.repfold.converter.io.pytorch.PickleBytes.start;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.converter.io.pytorch.HostileFiles.HostileFile;

/** Tensors and storages that are not what they claim, in sound pickles. */
class HostileTensorTest {
  private static final String DAMAGE = "expected a pickle as torch.save writes it, found damage";

  @TempDir Path folder;

  private static HostileFile tensor(
      String name,
      String key,
      long elements,
      long offset,
      long[] sizes,
      long[] strides,
      String expected) {
    byte[] pickle =
        start().op("}").text("w").tensor(key, elements, offset, sizes, strides).op("s.").bytes();
    return new HostileFile(name, ZipBytes.checkpoint(pickle).bytes(), expected);
  }

  private static HostileFile tensor(
      String name, long offset, long[] sizes, long[] strides, String expected) {
    return tensor(name, "0", 4, offset, sizes, strides, expected);
  }

  private static long[] longs(long... values) {
    return values;
  }

  static List<HostileFile> files() {
    String within = "tensor 'w': expected elements within its storage of 4";
    List<HostileFile> files = new ArrayList<>();
    files.add(tensor("too long", 0, longs(5), longs(1), within));
    files.add(tensor("offset", 1, longs(4), longs(1), within));
    files.add(tensor("stride", 0, longs(2), longs(4), within));
    files.add(tensor("offset beyond", 1L << 40, longs(1), longs(1), within));
    files.add(
        tensor(
            "offset overflows", Long.MAX_VALUE, longs(1), longs(1), "expected an offset within"));
    files.add(
        tensor(
            "strides overflow",
            0,
            longs(3, 3),
            longs(Long.MAX_VALUE, Long.MAX_VALUE),
            "expected strides within"));
    files.add(tensor("negative offset", -1, longs(4), longs(1), DAMAGE));
    files.add(tensor("negative size", 0, longs(-4), longs(1), DAMAGE));
    files.add(tensor("negative stride", 3, longs(4), longs(-1), DAMAGE));
    files.add(tensor("sizes without strides", 0, longs(2, 2), longs(1), DAMAGE));
    files.add(
        tensor(
            "many axes",
            0,
            LongStream.generate(() -> 1).limit(65).toArray(),
            LongStream.generate(() -> 1).limit(65).toArray(),
            DAMAGE));
    files.add(
        tensor(
            "one number 2^31 times", 0, longs(1L << 31), longs(0), "expected at most 2147483639"));
    files.add(
        tensor(
            "elements overflow",
            0,
            longs(1L << 40, 1L << 40),
            longs(0, 0),
            "expected at most 2147483639"));
    files.add(
        tensor(
            "one number 2^31 - 9 times",
            0,
            longs((1L << 31) - 9),
            longs(0),
            "about as many elements as the file has bytes"));
    files.add(tensor("missing", "1", 4, 0, longs(4), longs(1), "its storage '1', found none"));
    files.add(
        tensor(
            "elsewhere", "../../0", 4, 0, longs(4), longs(1), "its storage '../../0', found none"));
    files.add(
        tensor(
            "storage of another length",
            "0",
            5,
            0,
            longs(5),
            longs(1),
            "storage '0': expected 20 bytes, found 16"));
    files.add(tensor("endless storage", "0", 1L << 62, 0, longs(4), longs(1), DAMAGE));
    files.add(tensor("negative storage", "0", -4, 0, longs(4), longs(1), DAMAGE));
    files.add(
        new HostileFile(
            "one number a million times, 50 times",
            ZipBytes.checkpoint(repeated(50)).bytes(),
            "about as many elements as the file has bytes"));
    files.add(
        new HostileFile(
            "tensor of a number",
            ZipBytes.checkpoint(
                    start()
                        .global("torch._utils", "_rebuild_tensor_v2")
                        .op("(")
                        .integer(1)
                        .integer(0)
                        .integers(4)
                        .integers(1)
                        .op("\u0089}tR.")
                        .bytes())
                .bytes(),
            DAMAGE));
    files.add(
        new HostileFile(
            "parameter of a text",
            ZipBytes.checkpoint(
                    start()
                        .global("torch._utils", "_rebuild_parameter")
                        .op("(")
                        .text("id")
                        .op("\u0089}tR.")
                        .bytes())
                .bytes(),
            DAMAGE));
    return files;
  }

  private static byte[] repeated(int tensors) {
    PickleBytes pickle = start().op("}");
    for (int i = 0; i < tensors; i++) {
      pickle.text("w" + i).tensor("0", 4, 0, longs(1_000_000 + i), longs(0)).op("s");
    }
    return pickle.op(".").bytes();
  }

  @ParameterizedTest
  @MethodSource("files")
  void tensorsThatDoNotFitAreRefused(HostileFile file) {
    HostileFiles.assertRefused(folder, file);
  }
}
