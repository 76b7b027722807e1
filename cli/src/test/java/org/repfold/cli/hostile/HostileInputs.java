package org.repfold.cli.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.repfold.cli.hostile.HostileFile.Use;

/** What commands take beside models: arrays, images, data sets and architectures. */
public final class HostileInputs {
  /** Sound labels, one of them. */
  private static final byte[] LABELS = {0, 0, 8, 1, 0, 0, 0, 1, 7};

  private HostileInputs() {}

  /**
   * @param architecture a sound architecture file's text
   */
  public static List<HostileFile> all(String architecture) {
    List<HostileFile> files = new ArrayList<>();
    files.add(npy("2^80 numbers", "(1099511627776, 1099511627776)", "2^31"));
    files.add(npy("negative size", "(-1, 3)", "tuple"));
    files.add(npy("2^40 numbers", "(1099511627776,)", "expected 4398046511104 bytes"));
    files.add(npy("64 KB of signs", "(" + "1,".repeat(40_000) + ")", "header"));
    files.add(file("text", Use.INPUT, "x.png", "no image".getBytes(UTF_8), "neither"));
    files.add(
        file("image of 2^60 pixels", Use.INPUT, "x.png", png(1 << 30, 1 << 30), "1073741824"));
    files.add(file("image of no size", Use.INPUT, "x.png", png(0, 0), "x.png"));
    files.add(data("2^31 images", 0x803, Integer.MAX_VALUE, 28, 28));
    files.add(data("-1 images", 0x803, -1, 28, 28));
    files.add(data("a billion images", 0x803, 1 << 20, 28, 28));
    files.add(data("other numbers", 0xd03, 1, 28, 28));
    for (String change :
        List.of(
            "'blocks':[1]|'blocks':[2147483647]",
            "'channels':[8]|'channels':[2147483640]",
            "'shareSets':[2]|'shareSets':[0]",
            "'kernels':[1,3]|'kernels':[2147483647]",
            "'imageHeight':8|'imageHeight':2147483647",
            "'classes':5|'classes':1e300",
            "'patchHeight':2|'patchHeight':0",
            "'reduce':4|'reduce':-1",
            "'blocks':[1]|'blocks':null",
            "'blocks':[1]|'blocks':[null]",
            "'family':'repmlpnet'|'family':{'@class':'java.net.URLClassLoader'}")) {
      String[] parts = change.replace('\'', '"').split("\\|");
      if (!architecture.contains(parts[0])) {
        throw new IllegalStateException("nothing to replace: " + parts[0]);
      }
      byte[] json = architecture.replace(parts[0], parts[1]).getBytes(UTF_8);
      files.add(file(parts[1], Use.ARCHITECTURE, "net.json", json, "net.json"));
    }
    byte[] nested = "[".repeat(100_000).getBytes(UTF_8);
    files.add(file("lists nested 100,000 times", Use.ARCHITECTURE, "net.json", nested, "net.json"));
    return files;
  }

  private static HostileFile file(
      String name, Use use, String fileName, byte[] content, String expected) {
    return new HostileFile(name, use, fileName, content, folder -> {}, expected);
  }

  private static HostileFile npy(String name, String shape, String expected) {
    byte[] header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }".formatted(shape).getBytes(UTF_8);
    ByteBuffer file = ByteBuffer.allocate(12 + header.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0});
    file.putInt(header.length).put(header);
    return file(name, Use.INPUT, "x.npy", file.array(), expected);
  }

  /** The signature and the header, with any checksum, and nothing behind it. */
  private static byte[] png(int width, int height) {
    return ByteBuffer.allocate(33)
        .putLong(0x89504e470d0a1a0aL)
        .putInt(13)
        .put("IHDR".getBytes(UTF_8))
        .putInt(width)
        .putInt(height)
        .putInt(0x08020000)
        .array();
  }

  private static HostileFile data(String name, int magic, int... sizes) {
    ByteBuffer file = ByteBuffer.allocate(64).putInt(magic);
    for (int size : sizes) {
      file.putInt(size);
    }
    String fileName = "t10k-images-idx3-ubyte";
    return file(name, Use.DATA, fileName, file.array(), "expected")
        .with(folder -> Files.write(folder.resolve("t10k-labels-idx1-ubyte"), LABELS));
  }
}
