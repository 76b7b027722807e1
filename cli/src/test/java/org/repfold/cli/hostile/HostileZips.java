package org.repfold.cli.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** DL4J networks that name foreign classes, unpack to fill the memory, or lead outside. */
public final class HostileZips {
  private static final String JSON = "configuration.json";
  private static final String NUMBERS = "coefficients.bin";
  private static final String CONVOLUTION = "org.deeplearning4j.nn.conf.layers.ConvolutionLayer";

  /** Of the vertices' inputs; the network's own stand last, without a comma. */
  private static final String TAKES_INPUT = "[ \"input\" ],";

  private final Map<String, byte[]> sound;
  private final String json;
  private final List<HostileFile> files = new ArrayList<>();

  private HostileZips(Path sound) {
    this.sound = Zips.entries(sound);
    this.json = new String(this.sound.get(JSON), UTF_8);
  }

  /**
   * @param sound a {@code ComputationGraph} with convolutions, dense layers and BatchNormalization
   */
  public static List<HostileFile> all(Path sound) {
    HostileZips zips = new HostileZips(sound);
    zips.addClasses();
    zips.addConfigurations();
    zips.addCoefficients();
    zips.addContainers();
    return zips.files;
  }

  private void add(String name, byte[] content, String expected) {
    files.add(HostileFile.model(name, "net.zip", content, expected));
  }

  private void addWith(String name, String entry, byte[] content, String expected) {
    Map<String, byte[]> entries = new LinkedHashMap<>(sound);
    entries.put(entry, content);
    add(name, Zips.zip(entries), expected);
  }

  private void addReplaced(String name, String from, String to, String expected) {
    if (!json.contains(from)) {
      throw new IllegalStateException("nothing to replace: " + from);
    }
    addWith(name, JSON, json.replace(from, to).getBytes(UTF_8), expected);
  }

  private void addClasses() {
    for (String gadget :
        List.of(
            "javax.script.ScriptEngineManager",
            "java.net.URLClassLoader",
            "com.sun.rowset.JdbcRowSetImpl",
            "org.springframework.context.support.ClassPathXmlApplicationContext",
            "org.deeplearning4jevil.Layer",
            "org.deeplearning4j..Layer",
            "[Lorg.deeplearning4j.nn.conf.layers.Layer;")) {
      addReplaced("class " + gadget, CONVOLUTION, gadget, "found '" + gadget + "'");
    }
    addReplaced(
        "class by an escape",
        "\"@class\" : \"" + CONVOLUTION,
        "\"\\u0040class\" : \"java.net.URLClassLoader",
        "found 'java.net.URLClassLoader'");
    addReplaced(
        "two classes of one object",
        "\"@class\" : \"" + CONVOLUTION + "\"",
        "\"@class\" : \"" + CONVOLUTION + "\", \"@class\" : \"java.net.URLClassLoader\"",
        "Duplicate");
    addReplaced(
        "class of DL4J that is no layer",
        CONVOLUTION,
        "org.deeplearning4j.nn.graph.ComputationGraph",
        "DL4J cannot read it");
    addReplaced(
        "class as a list",
        "\"@class\" : \"" + CONVOLUTION + "\"",
        "\"@class\" : [ \"java.net.URLClassLoader\", { } ]",
        "configuration.json");
  }

  private void addConfigurations() {
    addWith("lists nested 100,000 times", JSON, nested("[", "]"), "configuration.json");
    addWith("objects nested 100,000 times", JSON, nested("{\"a\":", "}"), "configuration.json");
    addWith("number", JSON, "7".getBytes(UTF_8), "expected a JSON object");
    addWith("cut off", JSON, json.substring(0, json.length() / 2).getBytes(UTF_8), "expected JSON");
    addWith("no UTF-8", JSON, "\u00ff\u00fe{".getBytes(ISO_8859_1), "configuration.json");
    addReplaced("cycle", TAKES_INPUT, "[ \"head\" ],", "configuration.json");
    addReplaced(
        "input of nowhere",
        "\"networkInputs\" : [ \"input\" ]",
        "\"networkInputs\" : [ \"none\" ]",
        "configuration.json");
    addReplaced("no inputs", TAKES_INPUT, "[ ],", "configuration.json");
    addReplaced("inputs of null", TAKES_INPUT, "null,", "configuration.json");
    for (String size : List.of("2147483647", "-2147483648", "1e300", "9223372036854775807")) {
      addReplaced("as many outputs as " + size, "\"nout\" : 8", "\"nout\" : " + size, "net.zip");
    }
    for (String size : List.of("[ 2147483647, 2147483647 ]", "[ 0, 0 ]", "[ -3, -3 ]", "[ ]")) {
      addReplaced(
          "kernels of " + size, "\"kernelSize\" : [ 1, 1 ]", "\"kernelSize\" : " + size, "net.zip");
      addReplaced("strides of " + size, "\"stride\" : [ 2, 2 ]", "\"stride\" : " + size, "net.zip");
    }
  }

  private static byte[] nested(String begin, String end) {
    return (begin.repeat(100_000) + end.repeat(100_000)).getBytes(UTF_8);
  }

  private void addCoefficients() {
    byte[] numbers = sound.get(NUMBERS);
    addWith("nothing", NUMBERS, new byte[0], "coefficients.bin");
    addWith("text", NUMBERS, "not numbers".getBytes(UTF_8), "coefficients.bin");
    addWith("an object of Java", NUMBERS, serialised(), "coefficients.bin");
    addWith(
        "one number less",
        NUMBERS,
        ByteBuffer.allocate(numbers.length - 4).put(numbers, 0, numbers.length - 4).array(),
        "fewer");
    addWith(
        "one number more",
        NUMBERS,
        ByteBuffer.allocate(numbers.length + 4).put(numbers).array(),
        "more");
    for (long length : new long[] {-1, 0, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE}) {
      byte[] changed = numbers.clone();
      ByteBuffer.wrap(changed).putLong(numbersHeading(numbers), length);
      addWith("length of " + length, NUMBERS, changed, "found " + length);
    }
  }

  private static byte[] serialised() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new ArrayList<>(List.of("an object")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Where the second buffer says its length, behind its mode. */
  private static int numbersHeading(byte[] numbers) {
    String mode = "MIXED_DATA_TYPES";
    return new String(numbers, ISO_8859_1).lastIndexOf(mode) + mode.length();
  }

  private void addContainers() {
    add("configuration of 256 MB", Zips.bomb(JSON, Zips.BOMB, Map.of()), "at most");
    add("coefficients of 256 MB", withBomb(), "coefficients.bin");
    for (String name : List.of("../../evil", "/etc/cron.d/evil", "a/../../evil", "C:\\evil")) {
      addWith("name " + name, name, new byte[1], "expected names inside the zip");
    }
    Map<String, byte[]> twice = new LinkedHashMap<>(sound);
    twice.put("configuration.jsom", sound.get(JSON));
    add("configuration twice", Zips.renamed(Zips.zip(twice), "configuration.jsom", JSON), "twice");
    byte[] whole = Zips.zip(sound);
    add(
        "cut off",
        ByteBuffer.allocate(whole.length / 2).put(whole, 0, whole.length / 2).array(),
        "zip");
    add("document", Zips.zip(Map.of("word.xml", new byte[1])), "configuration.json");
    byte[] changed = whole.clone();
    changed[new String(whole, ISO_8859_1).indexOf("MIXED_DATA_TYPES") + 400] ^= 1;
    add("flipped bit", changed, "checksum");
  }

  private byte[] withBomb() {
    Map<String, byte[]> entries = new LinkedHashMap<>(sound);
    entries.remove(NUMBERS);
    return Zips.bomb(NUMBERS, Zips.BOMB, entries);
  }
}
