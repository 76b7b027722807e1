package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphValidator;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.FileFailure;

/**
 * Reads ONNX models of opset 9 to 21 whose operators are those of {@link Operator}. Parameters are
 * initializers or {@code Constant} nodes; external data are read from the model's own folder.
 *
 * <p>A node goes by the name of its output, so that what the file calls a value the graph calls so
 * too. Constants that operators take as operands stand first in the graph.
 */
public final class OnnxReader {
  private static final int OLDEST_OPSET = 9;
  private static final int NEWEST_OPSET = 21;
  private static final Set<String> DEFAULT_DOMAINS = Set.of("", "ai.onnx");
  private static final Set<Integer> INPUT_TYPES =
      Set.of(TensorProto.DataType.FLOAT_VALUE, TensorProto.DataType.DOUBLE_VALUE);

  /** Operators whose further outputs may be there without a change to the first. */
  private static final Set<String> OPTIONAL_OUTPUTS =
      Set.of("Dropout", "LayerNormalization", "MaxPool");

  private final ExternalData externalData;
  private final int opset;

  /** What nodes take and the graph gives. */
  private final Set<String> taken = new HashSet<>();

  /** Every name of the model. */
  private final Set<String> names = new HashSet<>();

  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Map<String, Node> operands = new HashMap<>();
  private final Map<String, Shape> shapes = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  private OnnxReader(ExternalData externalData, int opset) {
    this.externalData = externalData;
    this.opset = opset;
  }

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
      return read(ModelProto.parseFrom(coded), ExternalData.beside(file));
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(file + ": " + notOnnx(), e);
    } catch (IOException e) {
      throw FileFailure.cannotRead(file, e);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  /** As {@link #read(Path)}, from memory. */
  public static Graph read(byte[] model) {
    try {
      return read(ModelProto.parseFrom(model), ExternalData.none());
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(notOnnx(), e);
    }
  }

  private static String notOnnx() {
    return "expected an ONNX model, found something else or a part of one";
  }

  private static Graph read(ModelProto model, ExternalData externalData) {
    if (!model.hasGraph()) {
      throw new BadInputException("expected an ONNX model, found no graph in it");
    }
    Map<String, String> metadata = new TreeMap<>();
    model.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
    OnnxReader reader = new OnnxReader(externalData, opset(model));
    try {
      return GraphValidator.validate(reader.graph(model.getGraph(), metadata));
    } catch (ArithmeticException e) {
      throw new BadInputException("expected values of at most 2^63 elements, found larger", e);
    }
  }

  private static int opset(ModelProto model) {
    long opset =
        model.getOpsetImportList().stream()
            .filter(imported -> DEFAULT_DOMAINS.contains(imported.getDomain()))
            .mapToLong(OperatorSetIdProto::getVersion)
            .max()
            .orElse(0);
    if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
      throw new BadInputException(
          "expected opset "
              + OLDEST_OPSET
              + " to "
              + NEWEST_OPSET
              + ", found "
              + (opset == 0 ? "none" : opset));
    }
    return (int) opset;
  }

  private Graph graph(GraphProto proto, Map<String, String> metadata) {
    if (proto.getSparseInitializerCount() > 0) {
      throw new BadInputException("sparse initializers are not supported yet");
    }
    collectNames(proto);
    for (TensorProto tensor : proto.getInitializerList()) {
      addConstant(tensor.getName(), OnnxTensors.fromProto(tensor, externalData));
    }
    List<Input> inputs =
        proto.getInputList().stream()
            // Before IR version 4, initializers are listed as inputs too.
            .filter(input -> !constants.containsKey(input.getName()))
            .map(OnnxReader::input)
            .toList();
    for (Input input : inputs) {
      shapes.put(input.name(), input.shape());
    }
    proto.getNodeList().forEach(this::addNode);
    List<String> outputs = proto.getOutputList().stream().map(ValueInfoProto::getName).toList();
    outputs.forEach(this::useAsOperand);
    List<Node> all = new ArrayList<>();
    constants.keySet().stream().filter(operands::containsKey).map(operands::get).forEach(all::add);
    all.addAll(nodes);
    return Graph.of(inputs, all, outputs, metadata);
  }

  private void collectNames(GraphProto proto) {
    proto.getNodeList().forEach(node -> taken.addAll(node.getInputList()));
    proto.getOutputList().forEach(output -> taken.add(output.getName()));
    names.addAll(taken);
    proto.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    proto.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    proto.getInputList().forEach(input -> names.add(input.getName()));
  }

  private static Input input(ValueInfoProto info) {
    TypeProto.Tensor type = info.getType().getTensorType();
    if (!type.hasShape() || !INPUT_TYPES.contains(type.getElemType())) {
      throw new BadInputException(
          "input '" + info.getName() + "': expected a float32 or float64 tensor of known shape");
    }
    long[] sizes = new long[type.getShape().getDimCount()];
    for (int axis = 0; axis < sizes.length; axis++) {
      TensorShapeProto.Dimension dimension = type.getShape().getDim(axis);
      sizes[axis] = dimension.hasDimValue() ? dimension.getDimValue() : Shape.UNKNOWN;
      if (sizes[axis] < 0 && (axis > 0 || dimension.hasDimValue())) {
        throw new BadInputException(
            "input '"
                + info.getName()
                + "': expected a fixed size of at least 0 of axis "
                + axis
                + ", found "
                + (dimension.hasDimValue()
                    ? dimension.getDimValue()
                    : "'" + dimension.getDimParam() + "'"));
      }
    }
    return new Input(info.getName(), Shape.of(sizes));
  }

  private void addConstant(String name, Tensor tensor) {
    if (name.isEmpty() || shapes.containsKey(name) || constants.put(name, tensor) != null) {
      throw new BadInputException("tensor '" + name + "': expected a unique, non-empty name");
    }
  }

  private void addNode(NodeProto proto) {
    String description = describe(proto);
    try {
      if (!hasOneOutput(proto) || !DEFAULT_DOMAINS.contains(proto.getDomain())) {
        throw new BadInputException("this operator is not supported yet");
      }
      if (proto.getOpType().equals("Constant")) {
        addConstant(proto.getOutput(0), ConstantReader.read(proto, externalData));
        return;
      }
      addOperators(proto);
    } catch (BadInputException e) {
      // Shape inference names the node itself.
      String message = e.getMessage();
      throw message.startsWith(description)
          ? e
          : new BadInputException(description + ": " + message, e);
    }
  }

  /** Optional outputs that nobody takes are left out by an empty name, or may be. */
  private boolean hasOneOutput(NodeProto proto) {
    boolean ignorable = OPTIONAL_OUTPUTS.contains(proto.getOpType());
    return proto.getOutputCount() > 0
        && proto.getOutputList().stream()
            .skip(1)
            .allMatch(name -> name.isEmpty() || ignorable && !taken.contains(name));
  }

  private void addOperators(NodeProto proto) {
    String output = proto.getOutput(0);
    if (shapes.containsKey(output) || constants.containsKey(output)) {
      throw new BadInputException("name used twice");
    }
    List<Operator> chain = OperatorReader.read(new OnnxNode(proto, constants, shapes, opset));
    Iterator<String> operands = proto.getInputList().iterator();
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < chain.size(); i++) {
      while (inputs.size() < chain.get(i).arity()) {
        inputs.add(operands.next());
      }
      String name = i == chain.size() - 1 ? output : freeName(output + "." + i);
      addNode(new Node(name, chain.get(i), inputs));
      inputs = new ArrayList<>(List.of(name));
    }
  }

  private void addNode(Node node) {
    for (String input : node.inputs()) {
      useAsOperand(input);
      if (!shapes.containsKey(input)) {
        throw new BadInputException(
            "expected input '" + input + "' to be computed before it; is there a cycle?");
      }
    }
    shapes.put(node.name(), ShapeInference.shapeOf(node, shapes));
    nodes.add(node);
  }

  private String freeName(String wanted) {
    String name = wanted;
    while (!names.add(name)) {
      name += "_";
    }
    return name;
  }

  private void useAsOperand(String value) {
    Tensor constant = constants.get(value);
    if (constant != null && !operands.containsKey(value)) {
      operands.put(value, new Node(value, new Operator.Constant(constant)));
      shapes.put(value, constant.shape());
    }
  }

  private static String describe(NodeProto proto) {
    String name = proto.getOutputCount() > 0 ? proto.getOutput(0) : proto.getName();
    return "node '" + name + "' (" + proto.getOpType() + ")";
  }
}
