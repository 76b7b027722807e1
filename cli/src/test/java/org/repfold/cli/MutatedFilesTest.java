package org.repfold.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.cli.hostile.FuzzedReader;
import org.repfold.cli.hostile.Fuzzer;
import org.repfold.cli.hostile.OnnxModel;
import org.repfold.cli.hostile.Seed;
import org.repfold.cli.hostile.Zips;
import org.repfold.converter.io.Checkpoint;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.dl4j.Dl4jWriter;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;
import org.repfold.graph.npy.Npy;
import org.repfold.graph.onnx.OnnxReader;
import org.repfold.graph.onnx.OnnxWriter;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.ConfigurationJson;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.PretrainedNetwork;
import org.repfold.zoo.data.IdxFile;

/** Whatever happens to a file's bytes, each reader reads it or refuses it in one line, soon. */
class MutatedFilesTest {
  private static final long SEED = 20260103;
  private static final Path FIXTURES = Path.of("../converter/src/test/resources");

  @TempDir static Path folder;

  /** How often each reader's files are damaged in the long run: 100,000 times together. */
  static Stream<Arguments> many() {
    return readers()
        .map(
            reader ->
                Arguments.of(
                    reader,
                    switch (reader.name()) {
                      case "PyTorch" -> 30_000;
                      case "safetensors", "ONNX" -> 20_000;
                      default -> 4_000;
                    }));
  }

  static Stream<FuzzedReader> readers() {
    return Stream.of(
        pyTorch(),
        safetensors(),
        shards(),
        network(),
        onnx(),
        externalData(),
        dl4j(),
        architecture(),
        npy(),
        images(),
        idx());
  }

  private static FuzzedReader pyTorch() {
    List<Seed> seeds = new ArrayList<>();
    // Without checksums, or with right ones, as these would notice every change.
    for (String file :
        List.of(
            "without_checksums.pth",
            "types_legacy.pth",
            "strides_legacy.pth",
            "training_legacy.pth")) {
      seeds.add(Seed.of(file, fixture("pytorch/" + file)));
    }
    for (String file : List.of("strides", "types", "training", "parameters", "protocol4")) {
      seeds.add(Zips.seed(FIXTURES.resolve("pytorch/" + file + ".pth"), file + "/data.pkl"));
    }
    return new FuzzedReader("PyTorch", "changed.pth", Checkpoint::read, seeds);
  }

  private static byte[] fixture(String name) {
    return bytes(FIXTURES.resolve(name));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] safetensors(Map<String, Tensor> tensors) {
    Path file = folder.resolve("sound.safetensors");
    SafetensorsWriter.write(new Safetensors(tensors, Map.of("format", "pt")), file, true);
    return bytes(file);
  }

  private static FuzzedReader safetensors() {
    byte[] whole =
        safetensors(
            Map.of(
                "a", tensor(2, 3),
                "b.weight", Tensor.of(Shape.of(3), 1L, 2L, 3L),
                "c", Tensor.vector(1, 2),
                "d", Tensor.of(Shape.of(0, 4), new float[0])));
    return new FuzzedReader(
        "safetensors",
        "changed.safetensors",
        Checkpoint::read,
        List.of(Seed.of("file", whole), header(whole)));
  }

  /** Changes the header alone, whose length stays right. */
  private static Seed header(byte[] file) {
    int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt();
    byte[] header = new byte[length];
    System.arraycopy(file, Long.BYTES, header, 0, length);
    return new Seed(
        "header",
        header,
        content ->
            ByteBuffer.allocate(file.length - length + content.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(content.length)
                .put(content)
                .put(file, Long.BYTES + length, file.length - length - Long.BYTES)
                .array());
  }

  private static FuzzedReader shards() {
    write("one.safetensors", safetensors(Map.of("a", tensor(2))));
    write("two.safetensors", safetensors(Map.of("b", tensor(3))));
    String index =
        "{\"metadata\": {\"total_size\": 20},"
            + " \"weight_map\": {\"b\": \"two.safetensors\", \"a\": \"one.safetensors\"}}";
    return new FuzzedReader(
        "sharded safetensors",
        "model.safetensors.index.json",
        Checkpoint::read,
        List.of(Seed.of("index", index.getBytes(UTF_8))));
  }

  private static void write(String name, byte[] content) {
    try {
      Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A checkpoint whose tensors tell its architecture. */
  private static FuzzedReader network() {
    Graph graph = new Dl4jReader().read(TinyModel.graph(7)).graph();
    byte[] file = safetensors(new LinkedHashMap<>(GraphStateDict.of(graph)));
    return new FuzzedReader(
        "network of the zoo",
        "network.safetensors",
        path -> PretrainedNetwork.read(path, Optional.empty(), Optional.empty()),
        List.of(Seed.of("file", file), header(file)));
  }

  private static FuzzedReader onnx() {
    List<Seed> seeds = new ArrayList<>();
    seeds.add(Seed.of("operators", OnnxWriter.toBytes(operators())));
    seeds.add(Seed.of("chains", OnnxModel.chains()));
    for (String file : List.of("acb", "repvgg_identity", "repmlp_v1_light")) {
      seeds.add(Seed.of(file, fixture("golden/onnx/" + file + ".onnx")));
    }
    return new FuzzedReader("ONNX", "changed.onnx", OnnxReader::read, seeds);
  }

  /** A graph of the operators whose attributes and constants a reader has to understand. */
  private static Graph operators() {
    GraphBuilder builder = new GraphBuilder();
    String x = builder.input("x", -1, 2, 7, 5);
    Window window = new Window(1, 2, 1, 1, 1, 1, 1, 1);
    Operator transposed =
        new Operator.ConvTranspose(tensor(2, 3, 3, 3), Optional.of(tensor(3)), window, 1);
    List<Long> none = List.of(0L, 0L, 0L, 0L);
    x = builder.add("transposed", transposed, x);
    x = builder.add("pad", new Movement.Pad(none, List.of(0L, 0L, 2L, 1L), 0.5), x);
    x = builder.add("max", new Pooling.MaxPool(3, 3, window), x);
    x = builder.add("mean", new Pooling.AveragePool(2, 1, Window.unit(), true), x);
    x = builder.add("resize", new Movement.Resize(2, 3), x);
    x = builder.add("slice", new Movement.Slice(3, 1, 8), x);
    x = builder.add("clip", new Unary.Clip(-1, 6), x);
    x = builder.add("selu", new Unary.Selu(1.5, 1.1), x);
    x = builder.add("concat", new Movement.Concat(1, 2), x, x);
    x = builder.add("norm", new Operator.LayerNormalization(tensor(7), Optional.empty(), 1e-5), x);
    builder.add("y", new Pooling.ReduceMean(List.of(2, 3), false), x);
    return builder.output("y").build();
  }

  private static Tensor tensor(long... sizes) {
    Shape shape = Shape.of(sizes);
    Random random = new Random(shape.hashCode());
    float[] elements = new float[(int) shape.elements()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, elements);
  }

  private static FuzzedReader externalData() {
    write("numbers", new byte[64]);
    byte[] model =
        new OnnxModel()
            .input("x", -1, 4)
            .tensor(
                OnnxModel.described("w", TensorProto.DataType.FLOAT_VALUE, 4, 4)
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(OnnxModel.entry("location", "numbers"))
                    .addExternalData(OnnxModel.entry("offset", "0"))
                    .addExternalData(OnnxModel.entry("length", "64")))
            .node("MatMul", "y", List.of("x", "w"))
            .output("y")
            .toBytes();
    return new FuzzedReader(
        "ONNX with external data",
        "external.onnx",
        OnnxReader::read,
        List.of(Seed.of("model", model)));
  }

  private static FuzzedReader dl4j() {
    Path graph = TinyModel.write(folder.resolve("graph.zip"));
    Path layers = layers();
    GraphBuilder clipping = new GraphBuilder();
    clipping.input("input", Shape.UNKNOWN, 4, 6, 5);
    clipping.add("clip", new Unary.Clip(0.25, 2), "input");
    Path written = folder.resolve("operators.zip");
    Dl4jWriter.write(clipping.output("clip").build(), written);
    return new FuzzedReader(
        "DL4J",
        "changed.zip",
        new Dl4jReader()::read,
        List.of(
            Seed.of("layers.zip", bytes(layers)),
            Zips.seed(layers, "configuration.json"),
            Zips.seed(layers, "coefficients.bin"),
            Zips.seed(graph, "configuration.json"),
            Zips.seed(graph, "coefficients.bin"),
            Zips.seed(written, "configuration.json"),
            Zips.seed(written, "repfold-input-shapes.json")));
  }

  private static Path layers() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nIn(2).nOut(3).build())
                .layer(new BatchNormalization())
                .layer(new DenseLayer.Builder().nOut(4).build())
                .layer(new OutputLayer.Builder().nOut(3).build())
                .setInputType(InputType.convolutional(6, 6, 2))
                .build());
    network.init();
    Path file = folder.resolve("layers.zip");
    try {
      ModelSerializer.writeModel(network, file.toFile(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private static FuzzedReader architecture() {
    // As people write it; between the signs, there is room for changes that change nothing.
    String json =
        ConfigurationJson.write("repmlpnet", TinyModel.CONFIGURATION).replace(",", ",\n        ");
    return new FuzzedReader(
        "architecture",
        "net.json",
        file -> Architecture.find(file.toString()),
        List.of(Seed.of("file", json.getBytes(UTF_8))));
  }

  private static FuzzedReader npy() {
    Path file = folder.resolve("sound.npy");
    Npy.write(tensor(2, 3), file, true);
    return new FuzzedReader("npy", "changed.npy", Npy::read, List.of(Seed.of("file", bytes(file))));
  }

  private static FuzzedReader images() {
    BufferedImage image = new BufferedImage(6, 5, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 30; i++) {
      image.setRGB(i % 6, i / 6, i * 123457);
    }
    Shape network = Shape.of(-1, 3, 5, 6);
    return new FuzzedReader(
        "images",
        "changed.png",
        file -> ImageInput.read(file, network, 0, 1),
        Stream.of("png", "jpg", "gif", "bmp").map(kind -> image(image, kind)).toList());
  }

  private static Seed image(BufferedImage image, String kind) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, kind, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Seed.of(kind, bytes.toByteArray());
  }

  private static FuzzedReader idx() {
    byte[] file = new byte[16 + 12];
    ByteBuffer.wrap(file).putInt(0x803).putInt(3).putInt(2).putInt(2);
    return new FuzzedReader(
        "IDX",
        "images-idx3-ubyte",
        path -> IdxFile.read(path, 3),
        List.of(
            Seed.of("plain", file),
            Seed.of("gzip", gzip(file)),
            new Seed("in gzip", file, MutatedFilesTest::gzip)));
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void assertReadOrRefused(FuzzedReader reader, int files) {
    int refused = Fuzzer.run(reader, folder, files, SEED);

    assertTrue(refused > files / 4, "only " + refused + " files were refused");
    assertTrue(refused < files, "no file was read");
  }

  @ParameterizedTest
  @MethodSource("readers")
  void damagedFilesAreReadOrRefused(FuzzedReader reader) {
    assertReadOrRefused(reader, 300);
  }

  @ParameterizedTest
  @MethodSource("many")
  @Tag("slow")
  void manyDamagedFilesAreReadOrRefused(FuzzedReader reader, int files) {
    assertReadOrRefused(reader, files);
  }
}
