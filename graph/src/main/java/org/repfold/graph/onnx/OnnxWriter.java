package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;
import org.repfold.graph.file.OutputFile;

/**
 * Writes graphs as ONNX models of opset 20.
 *
 * <p>A node and its output carry the name of the graph's node; a parameter is an initializer called
 * {@code node.parameter}, a shared one once; a constant is an initializer under its own name; the
 * batch axis is called {@code N}. The graph's metadata become metadata properties. The same graph
 * gives the same bytes.
 */
public final class OnnxWriter {
  private static final int OPSET = 20;

  /** The version of the file format that came with opset 20. */
  private static final int IR_VERSION = 9;

  private static final String BATCH = "N";

  /** A protobuf message holds less than 2 GiB. */
  private static final long LARGEST_MODEL = Integer.MAX_VALUE - (1 << 20);

  private final Graph graph;
  private final GraphProto.Builder proto = GraphProto.newBuilder().setName("repfold");
  private final Map<Tensor, String> initializers = new IdentityHashMap<>();

  private OnnxWriter(Graph graph) {
    this.graph = graph;
  }

  /**
   * Writes a model file.
   *
   * @param force whether to replace an existing file
   * @throws BadInputException if the file cannot be written, or the model exceeds 2 GiB
   */
  public static void write(Graph graph, Path file, boolean force) {
    OutputFile.requireWritable(file, force);
    ModelProto model = model(graph);
    OutputFile.write(file, force, model::writeTo);
  }

  /** The model as bytes. */
  public static byte[] toBytes(Graph graph) {
    return model(graph).toByteArray();
  }

  private static ModelProto model(Graph graph) {
    requireSize(graph);
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("repfold")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(new OnnxWriter(graph).graph());
    graph
        .metadata()
        .forEach(
            (key, value) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build();
  }

  private static void requireSize(Graph graph) {
    long bytes = graph.parameterCount() * Double.BYTES;
    if (graph.nodes().stream()
        .flatMap(node -> node.operator().parameters().values().stream())
        .noneMatch(tensor -> tensor.type() == ElementType.FLOAT64)) {
      bytes /= 2;
    }
    if (bytes > LARGEST_MODEL) {
      throw new BadInputException(
          "model: expected parameters of less than 2 GiB for one ONNX file, found "
              + bytes
              + " bytes");
    }
  }

  private GraphProto graph() {
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof Operator.Constant constant) {
        proto.addInitializer(OnnxTensors.toProto(node.name(), constant.value()));
      } else {
        proto.addNode(node(node));
      }
    }
    int type = OnnxTensors.typeOf(floatType());
    graph.inputs().forEach(i -> proto.addInput(valueInfo(i.name(), i.shape(), type)));
    graph.outputs().forEach(o -> proto.addOutput(valueInfo(o, graph.shape(o), type)));
    return proto.build();
  }

  private ElementType floatType() {
    return graph.nodes().stream()
        .flatMap(node -> node.operator().parameters().values().stream())
        .map(Tensor::type)
        .filter(type -> type != ElementType.INT64)
        .findFirst()
        .orElse(ElementType.FLOAT32);
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

  private NodeProto node(Node node) {
    List<String> inputs = new ArrayList<>(node.inputs());
    NodeProto.Builder result =
        NodeProto.newBuilder()
            .setName(node.name())
            .setOpType(node.operator().type())
            .addOutput(node.name());
    if (node.operator() instanceof Operator.Conv conv) {
      addWeightAndBias(inputs, node.name(), conv.weight(), conv.bias());
      addWindow(result, conv);
    } else if (node.operator() instanceof Operator.Gemm gemm) {
      addWeightAndBias(inputs, node.name(), gemm.weight(), gemm.bias());
      result.addAttribute(OnnxAttributes.integer("transB", 1));
    } else if (node.operator() instanceof Operator.BatchNormalization norm) {
      inputs.add(initializer(node.name() + ".scale", norm.scale()));
      inputs.add(initializer(node.name() + ".shift", norm.shift()));
      inputs.add(initializer(node.name() + ".mean", norm.mean()));
      inputs.add(initializer(node.name() + ".variance", norm.variance()));
      result.addAttribute(OnnxAttributes.real("epsilon", (float) norm.epsilon()));
    } else if (node.operator() instanceof Operator.Reshape reshape) {
      long[] shape = reshape.shape().stream().mapToLong(Long::longValue).toArray();
      inputs.add(initializer(node.name() + ".shape", Tensor.of(Shape.of(shape.length), shape)));
    } else if (node.operator() instanceof Operator.Transpose transpose) {
      long[] axes = transpose.permutation().stream().mapToLong(Integer::longValue).toArray();
      result.addAttribute(OnnxAttributes.integers("perm", axes));
    } else if (node.operator() instanceof Operator.Softmax softmax) {
      result.addAttribute(OnnxAttributes.integer("axis", softmax.axis()));
    }
    return result.addAllInput(inputs).build();
  }

  private void addWeightAndBias(
      List<String> inputs, String name, Tensor weight, Optional<Tensor> bias) {
    inputs.add(initializer(name + ".weight", weight));
    bias.ifPresent(tensor -> inputs.add(initializer(name + ".bias", tensor)));
  }

  private static void addWindow(NodeProto.Builder result, Operator.Conv conv) {
    Window window = conv.window();
    result
        .addAttribute(OnnxAttributes.integer("group", conv.group()))
        .addAttribute(
            OnnxAttributes.integers("strides", window.strideHeight(), window.strideWidth()))
        .addAttribute(
            OnnxAttributes.integers("dilations", window.dilationHeight(), window.dilationWidth()))
        .addAttribute(
            OnnxAttributes.integers(
                "pads", window.padTop(), window.padLeft(), window.padBottom(), window.padRight()))
        .addAttribute(
            OnnxAttributes.integers("kernel_shape", conv.kernelHeight(), conv.kernelWidth()));
  }

  private String initializer(String name, Tensor tensor) {
    String known = initializers.putIfAbsent(tensor, name);
    if (known != null) {
      return known;
    }
    TensorProto written = OnnxTensors.toProto(name, tensor);
    proto.addInitializer(written);
    return name;
  }
}
