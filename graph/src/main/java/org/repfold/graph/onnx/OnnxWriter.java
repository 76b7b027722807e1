package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.FileFailure;
import org.repfold.graph.file.OutputFile;

/**
 * Writes graphs as ONNX models of opset 20.
 *
 * <p>A node and its output carry the name of the graph's node; a parameter is an initializer called
 * {@code node.parameter}, a shared one once; a constant is an initializer under its own name; the
 * batch axis is called {@code N}. The graph's metadata become metadata properties. The same graph
 * gives the same bytes.
 *
 * <p>Gelu is written as opset 20's operator: ONNX Runtime 1.29 runs it exactly as fast as the
 * {@code Div-Erf-Add-Mul-Mul} that it fuses.
 *
 * <p>A node that the reader kept as it was ({@link Operator.Opaque}) is written so, with the opset
 * of its domain. One of ONNX's own operators is refused where opset 20 has another one by that name
 * than the node's model.
 */
public final class OnnxWriter {
  private static final int OPSET = 20;

  /** The version of the file format that came with opset 20. */
  private static final int IR_VERSION = 9;

  private static final String BATCH = "N";

  /**
   * From this number of bytes on, parameters go into a file beside the model: engines map that into
   * memory, where ONNX Runtime 1.29 takes half again as much memory as a large model itself.
   */
  private static final long LARGEST_INLINE = 500_000_000;

  /** A protobuf message holds less than 2 GiB. */
  private static final long LARGEST_MODEL = Integer.MAX_VALUE - (1 << 20);

  private final Graph graph;
  private final Initializers initializers;

  private OnnxWriter(Graph graph, Optional<String> externalFile) {
    this.graph = graph;
    this.initializers = new Initializers(graph, externalFile);
  }

  /**
   * Writes a model file. Parameters of more than 500 MB go into a file beside it whose name has
   * {@code .data} appended; both appear only when both are written.
   *
   * @param force whether to replace existing files
   * @throws BadInputException if a file cannot be written, parameters of different floating-point
   *     types are mixed, or a node's operator is not one of ONNX's
   */
  public static void write(Graph graph, Path file, boolean force) {
    write(graph, file, force, LARGEST_INLINE);
  }

  static void write(Graph graph, Path file, boolean force, long largestInline) {
    OutputFile.requireWritable(file, force);
    if (parameterBytes(graph) <= largestInline) {
      StreamedModel model = new OnnxWriter(graph, Optional.empty()).model();
      OutputFile.write(file, force, model::writeTo);
      return;
    }
    Path data = dataOf(file);
    OutputFile.requireWritable(data, force);
    OnnxWriter writer = new OnnxWriter(graph, Optional.of(data.getFileName().toString()));
    StreamedModel model = writer.model();
    try (OutputFile stagedData =
            OutputFile.stage(data, force, writer.initializers::writeExternalData);
        OutputFile stagedModel = OutputFile.stage(file, force, model::writeTo)) {
      stagedData.commit();
      stagedModel.commit();
    }
  }

  /**
   * Writes a model whose parameters engines are to map into memory at once, from a file beside it
   * as {@link #write} makes it. Neither file is flushed to the disk.
   *
   * @throws BadInputException as {@link #write}
   */
  public static void writeToMap(Graph graph, Path file) {
    Path data = dataOf(file);
    OnnxWriter writer = new OnnxWriter(graph, Optional.of(data.getFileName().toString()));
    StreamedModel model = writer.model();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        OutputStream dataOut = new BufferedOutputStream(Files.newOutputStream(data))) {
      model.writeTo(out);
      writer.initializers.writeExternalData(dataOut);
    } catch (IOException e) {
      throw FileFailure.cannotWrite(file, e);
    }
  }

  private static Path dataOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".data");
  }

  /**
   * The model as bytes.
   *
   * @throws BadInputException if its parameters take 2 GiB, which only a file can hold
   */
  public static byte[] toBytes(Graph graph) {
    long bytes = parameterBytes(graph);
    if (bytes > LARGEST_MODEL) {
      throw new BadInputException(
          "model: expected parameters of less than 2 GiB for one ONNX model, found "
              + bytes
              + " bytes");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new OnnxWriter(graph, Optional.empty()).model().writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail as a file does", e);
    }
    return out.toByteArray();
  }

  private static long parameterBytes(Graph graph) {
    Set<Tensor> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    graph.nodes().forEach(node -> distinct.addAll(node.operator().parameters().values()));
    return distinct.stream().mapToLong(TensorBytes::count).sum();
  }

  private StreamedModel model() {
    GraphProto withoutInitializers = graph();
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("repfold")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .addAllOpsetImport(otherOpsets());
    graph
        .metadata()
        .forEach(
            (key, value) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return new StreamedModel(model.build(), withoutInitializers, initializers.all());
  }

  private GraphProto graph() {
    GraphProto.Builder proto = GraphProto.newBuilder().setName("repfold");
    ElementType floatType = floatType();
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof Operator.Opaque) {
        proto.addNode(OpaqueWriter.write(node, initializers, floatType, OPSET));
      } else if (!(node.operator() instanceof Operator.Constant)) {
        proto.addNode(NodeWriter.write(node, initializers, floatType));
      }
    }
    int type = OnnxTensors.typeOf(floatType);
    graph.inputs().forEach(i -> proto.addInput(valueInfo(i.name(), i.shape(), type)));
    graph.outputs().forEach(o -> proto.addOutput(valueInfo(o, graph.shape(o), typeOf(o, type))));
    return proto.build();
  }

  /** An operator that is not known may give other numbers than the network computes with. */
  private int typeOf(String output, int otherwise) {
    return body(graph.find(output))
        .filter(body -> body.outputType() != body.model().floatType())
        .map(OpaqueNode::outputType)
        .orElse(otherwise);
  }

  private static Optional<OpaqueNode> body(Optional<Node> node) {
    return node.map(Node::operator)
        .filter(Operator.Opaque.class::isInstance)
        .map(operator -> ((Operator.Opaque) operator).body())
        .filter(OpaqueNode.class::isInstance)
        .map(OpaqueNode.class::cast);
  }

  /** Of the domains that nodes which came from other models belong to, as in those. */
  private List<OperatorSetIdProto> otherOpsets() {
    Map<String, Long> versions = new TreeMap<>();
    for (Node node : graph.nodes()) {
      body(Optional.of(node))
          .filter(body -> !OnnxReader.isDefault(body.proto().getDomain()))
          .ifPresent(
              body ->
                  versions.put(
                      body.proto().getDomain(),
                      body.model().opsets().getOrDefault(body.proto().getDomain(), 1L)));
    }
    return versions.entrySet().stream()
        .map(
            entry ->
                OperatorSetIdProto.newBuilder()
                    .setDomain(entry.getKey())
                    .setVersion(entry.getValue())
                    .build())
        .toList();
  }

  private ElementType floatType() {
    Set<ElementType> types = EnumSet.noneOf(ElementType.class);
    for (Node node : graph.nodes()) {
      node.operator().parameters().values().forEach(tensor -> types.add(tensor.type()));
    }
    types.remove(ElementType.INT64);
    if (types.size() > 1) {
      throw new BadInputException("model: expected one floating-point type, found " + types);
    }
    return types.isEmpty() ? ElementType.FLOAT32 : types.iterator().next();
  }

  private static ValueInfoProto valueInfo(String name, Shape shape, int type) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape.toArray()) {
      TensorShapeProto.Dimension.Builder dimension = dimensions.addDimBuilder();
      if (size == Shape.UNKNOWN) {
        dimension.setDimParam(BATCH);
      } else {
        dimension.setDimValue(size);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type).setShape(dimensions)))
        .build();
  }
}
