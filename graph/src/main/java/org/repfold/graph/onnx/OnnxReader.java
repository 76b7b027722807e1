package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphValidator;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * Reads ONNX models of opset 9 to 21 whose operators are those of {@link Operator}, with
 * initializers.
 *
 * <p>A node goes by the name of its output, so that what the file calls a value the graph calls so
 * too.
 */
public final class OnnxReader {
  private static final Set<String> DEFAULT_DOMAINS = Set.of("", "ai.onnx");

  private final Map<String, Tensor> initializers = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> constants = new HashSet<>();

  private OnnxReader() {}

  /**
   * Reads a model file.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing, no ONNX model,
   *     damaged, or has an operator that is not supported
   */
  public static Graph read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setSizeLimit(Integer.MAX_VALUE);
      return read(ModelProto.parseFrom(coded));
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(
          file + ": expected an ONNX model, found something else or a part of one", e);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  /** As {@link #read(Path)}, from memory. */
  public static Graph read(byte[] model) {
    try {
      return read(ModelProto.parseFrom(model));
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(
          "expected an ONNX model, found something else or a part of one", e);
    }
  }

  private static Graph read(ModelProto model) {
    if (!model.hasGraph()) {
      throw new BadInputException("expected an ONNX model, found no graph in it");
    }
    Map<String, String> metadata = new TreeMap<>();
    model.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
    return GraphValidator.validate(new OnnxReader().graph(model.getGraph(), metadata));
  }

  private Graph graph(GraphProto proto, Map<String, String> metadata) {
    for (TensorProto tensor : proto.getInitializerList()) {
      if (initializers.put(tensor.getName(), OnnxTensors.fromProto(tensor)) != null) {
        throw new BadInputException("tensor '" + tensor.getName() + "': name used twice");
      }
    }
    List<Input> inputs =
        proto.getInputList().stream()
            .filter(input -> !initializers.containsKey(input.getName()))
            .map(OnnxReader::input)
            .toList();
    proto.getNodeList().forEach(this::addNode);
    List<String> outputs = proto.getOutputList().stream().map(ValueInfoProto::getName).toList();
    return Graph.of(inputs, nodes, outputs, metadata);
  }

  private static Input input(ValueInfoProto info) {
    TensorShapeProto shape = info.getType().getTensorType().getShape();
    long[] sizes = new long[shape.getDimCount()];
    for (int axis = 0; axis < sizes.length; axis++) {
      TensorShapeProto.Dimension dimension = shape.getDim(axis);
      sizes[axis] = dimension.hasDimValue() ? dimension.getDimValue() : Shape.UNKNOWN;
      if (sizes[axis] < 0 && axis > 0) {
        throw new BadInputException(
            "input '" + info.getName() + "': expected a fixed size of axis " + axis);
      }
    }
    return new Input(info.getName(), Shape.of(sizes));
  }

  private void addNode(NodeProto proto) {
    if (proto.getOutputCount() != 1 || !DEFAULT_DOMAINS.contains(proto.getDomain())) {
      throw unsupported(proto);
    }
    String name = proto.getOutput(0);
    if (proto.getOpType().equals("Constant")) {
      initializers.put(
          name,
          OnnxTensors.fromProto(
              attribute(proto, "value").orElseThrow(() -> unsupported(proto)).getT()));
      return;
    }
    List<String> inputs = proto.getInputList();
    Operator operator = operator(proto, name);
    int operands = Math.min(operator.arity(), inputs.size());
    for (String input : inputs.subList(0, operands)) {
      if (initializers.containsKey(input) && constants.add(input)) {
        nodes.add(new Node(input, new Operator.Constant(initializers.get(input))));
      }
    }
    nodes.add(new Node(name, operator, inputs.subList(0, operands)));
  }

  private Operator operator(NodeProto proto, String name) {
    return switch (proto.getOpType()) {
      case "Conv" -> conv(proto, name);
      case "Gemm" -> gemm(proto, name);
      case "BatchNormalization" ->
          new Operator.BatchNormalization(
              parameter(proto, 1),
              parameter(proto, 2),
              parameter(proto, 3),
              parameter(proto, 4),
              shortest(attribute(proto, "epsilon").map(AttributeProto::getF).orElse(1e-5f)));
      case "Add" -> new Operator.Add();
      case "Mul" -> new Operator.Mul();
      case "MatMul" -> new Operator.MatMul();
      case "Relu" -> new Operator.Relu();
      case "Sigmoid" -> new Operator.Sigmoid();
      case "Identity" -> new Operator.Identity();
      case "GlobalAveragePool" -> new Operator.GlobalAveragePool();
      case "Gelu" -> {
        if (attribute(proto, "approximate")
            .map(a -> !a.getS().toStringUtf8().equals("none"))
            .orElse(false)) {
          throw unsupported(proto);
        }
        yield new Operator.Gelu();
      }
      case "Softmax" -> new Operator.Softmax(integer(proto, "axis", -1));
      case "Flatten" -> {
        if (integer(proto, "axis", 1) != 1) {
          throw unsupported(proto);
        }
        yield new Operator.Flatten();
      }
      case "Reshape" -> reshape(proto);
      case "Transpose" ->
          new Operator.Transpose(
              integers(proto, "perm").orElseThrow(() -> unsupported(proto)).stream()
                  .map(Long::intValue)
                  .toList());
      default -> throw unsupported(proto);
    };
  }

  private Operator conv(NodeProto proto, String name) {
    Tensor weight = parameter(proto, 1);
    if (weight.shape().rank() != 4
        || attribute(proto, "auto_pad")
            .map(a -> !a.getS().toStringUtf8().equals("NOTSET"))
            .orElse(false)) {
      throw unsupported(proto);
    }
    int[] strides = sizes(proto, "strides", name, 1, 1);
    int[] dilations = sizes(proto, "dilations", name, 1, 1);
    int[] pads = sizes(proto, "pads", name, 0, 0, 0, 0);
    Window window =
        new Window(
            strides[0], strides[1], dilations[0], dilations[1], pads[0], pads[1], pads[2], pads[3]);
    return new Operator.Conv(
        weight, optionalParameter(proto, 2), window, integer(proto, "group", 1));
  }

  private Operator gemm(NodeProto proto, String name) {
    boolean plain =
        integer(proto, "transB", 0) == 1
            && integer(proto, "transA", 0) == 0
            && attribute(proto, "alpha").map(a -> a.getF() == 1).orElse(true)
            && attribute(proto, "beta").map(a -> a.getF() == 1).orElse(true);
    if (!plain) {
      throw unsupported(proto);
    }
    return new Operator.Gemm(parameter(proto, 1), optionalParameter(proto, 2));
  }

  private Operator reshape(NodeProto proto) {
    Tensor shape = parameter(proto, 1);
    List<Long> sizes = java.util.Arrays.stream(shape.toLongs()).boxed().toList();
    if (sizes.contains(0L)) {
      throw unsupported(proto);
    }
    return new Operator.Reshape(sizes);
  }

  private Tensor parameter(NodeProto proto, int input) {
    return optionalParameter(proto, input).orElseThrow(() -> unsupported(proto));
  }

  private Optional<Tensor> optionalParameter(NodeProto proto, int input) {
    if (proto.getInputCount() <= input || proto.getInput(input).isEmpty()) {
      return Optional.empty();
    }
    Tensor tensor = initializers.get(proto.getInput(input));
    if (tensor == null) {
      throw new BadInputException(
          describe(proto)
              + ": expected input "
              + input
              + " to be a constant, found a computed value");
    }
    return Optional.of(tensor);
  }

  private static Optional<AttributeProto> attribute(NodeProto proto, String name) {
    return proto.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }

  private static int integer(NodeProto proto, String name, int otherwise) {
    return attribute(proto, name).map(a -> (int) a.getI()).orElse(otherwise);
  }

  private static Optional<List<Long>> integers(NodeProto proto, String name) {
    return attribute(proto, name).map(AttributeProto::getIntsList);
  }

  private static int[] sizes(NodeProto proto, String attribute, String node, int... otherwise) {
    Optional<List<Long>> found = integers(proto, attribute);
    if (found.isEmpty()) {
      return otherwise;
    }
    if (found.get().size() != otherwise.length) {
      throw new BadInputException(
          "node '"
              + node
              + "': expected "
              + otherwise.length
              + " "
              + attribute
              + ", found "
              + found.get());
    }
    return found.get().stream().mapToInt(Long::intValue).toArray();
  }

  /**
   * The double that prints like the float: 1e-5 as the author wrote it, not as float32 rounds it.
   */
  private static double shortest(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  private static String describe(NodeProto proto) {
    return "node '"
        + (proto.getOutputCount() > 0 ? proto.getOutput(0) : proto.getName())
        + "' ("
        + proto.getOpType()
        + ")";
  }

  private static BadInputException unsupported(NodeProto proto) {
    return new BadInputException(
        describe(proto) + ": this form of the operator is not supported yet");
  }
}
