package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedList;
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
import org.repfold.graph.ShapeInference;
import org.repfold.graph.file.FileFailure;

/**
 * Reads ONNX models of opset 9 to 21. Parameters are initializers or {@code Constant} nodes;
 * external data are read from the model's own folder.
 *
 * <p>A node goes by the name of its output, so that what the file calls a value the graph calls so
 * too. Constants that operators take as operands stand first in the graph.
 *
 * <p>What the model computes from constants and from the shapes of values is computed while it is
 * read; sizes may be multiples of the batch. Floating-point numbers are computed in float64 and
 * stay so: the graph's parameters are then of both types ({@link Graph#withParameters}).
 *
 * <p>A node that the graph has no operators for becomes an {@link Operator.Opaque}, if the model
 * states the shape of what it gives and only one of its outputs is used. {@link OnnxWriter} writes
 * it as it was.
 */
public final class OnnxReader {
  private static final int OLDEST_OPSET = 9;
  private static final int NEWEST_OPSET = 21;

  /** Files from this number of bytes on are not read as a whole. */
  private static final long SMALLEST_MAPPED = 1 << 20;

  private static final Set<String> DEFAULT_DOMAINS = Set.of("", "ai.onnx");

  /** Operators whose further outputs may be there without a change to the first. */
  private static final Set<String> OPTIONAL_OUTPUTS =
      Set.of("Dropout", "LayerNormalization", "MaxPool");

  /** Operators that leave the elements in their order, so that the batch is as often in them. */
  private static final Set<String> RESHAPING = Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze");

  private final ExternalData externalData;
  private final Map<String, Shape> stated;
  private final OpaqueNode.Model model;
  private final Values values;

  /** Operators that the model defines itself, by domain and type. */
  private final Set<String> functions = new HashSet<>();

  /** What nodes take and the graph gives. */
  private final Set<String> taken = new HashSet<>();

  /** Every name of the model. */
  private final Set<String> names = new HashSet<>();

  private final Map<String, Node> operands = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  private OnnxReader(ExternalData externalData, Map<String, Shape> stated, OpaqueNode.Model model) {
    this.externalData = externalData;
    this.stated = stated;
    this.model = model;
    this.values = new Values(model.floatType());
  }

  /**
   * Reads a model file.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing, no ONNX model,
   *     damaged, or has an operator that is not supported
   */
  public static Graph read(Path file) {
    return read(file, Map.of());
  }

  /**
   * As {@link #read(Path)}, of a model that leaves sizes of its inputs open besides the batch's.
   *
   * @param inputShapes by input; known sizes must be the model's, where it has one
   * @throws BadInputException as {@link #read(Path)}, or if there is no such input or it has
   *     another shape
   */
  public static Graph read(Path file, Map<String, Shape> inputShapes) {
    try (FileChannel in = FileChannel.open(file)) {
      return read(parse(in), ExternalData.beside(file), inputShapes);
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(file + ": " + notOnnx(), e);
    } catch (IOException e) {
      throw FileFailure.cannotRead(file, e);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  /** The model; its large tensors stay in the file. */
  private static ModelProto parse(FileChannel in) throws IOException {
    if (in.size() < SMALLEST_MAPPED) {
      return ModelProto.parseFrom(Channels.newInputStream(in));
    }
    ByteBuffer mapped =
        in.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(in.size(), Integer.MAX_VALUE));
    CodedInputStream coded = UnsafeByteOperations.unsafeWrap(mapped).newCodedInput();
    coded.enableAliasing(true);
    return ModelProto.parseFrom(coded);
  }

  /** As {@link #read(Path)}, from memory. */
  public static Graph read(byte[] model) {
    return read(model, Map.of());
  }

  /** As {@link #read(Path, Map)}, from memory. */
  public static Graph read(byte[] model, Map<String, Shape> inputShapes) {
    try {
      return read(ModelProto.parseFrom(model), ExternalData.none(), inputShapes);
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(notOnnx(), e);
    }
  }

  private static String notOnnx() {
    return "expected an ONNX model, found something else or a part of one";
  }

  private static Graph read(
      ModelProto model, ExternalData externalData, Map<String, Shape> inputShapes) {
    if (!model.hasGraph()) {
      throw new BadInputException("expected an ONNX model, found no graph in it");
    }
    Map<String, String> metadata = new TreeMap<>();
    model.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
    OnnxReader reader =
        new OnnxReader(
            externalData,
            inputShapes,
            new OpaqueNode.Model(opset(model), otherOpsets(model), floatType(model.getGraph())));
    model.getFunctionsList().forEach(f -> reader.functions.add(f.getDomain() + ":" + f.getName()));
    try {
      return GraphValidator.validate(reader.graph(model.getGraph(), metadata));
    } catch (ArithmeticException e) {
      throw new BadInputException("expected values of at most 2^63 elements, found larger", e);
    } catch (NotSupportedException e) {
      throw new BadInputException(e.getMessage(), e);
    }
  }

  private static int opset(ModelProto model) {
    long opset =
        model.getOpsetImportList().stream()
            .filter(imported -> isDefault(imported.getDomain()))
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

  /** Whether a domain is that of ONNX's own operators. */
  static boolean isDefault(String domain) {
    return DEFAULT_DOMAINS.contains(domain);
  }

  private static Map<String, Long> otherOpsets(ModelProto model) {
    Map<String, Long> opsets = new TreeMap<>();
    model.getOpsetImportList().stream()
        .filter(imported -> !isDefault(imported.getDomain()))
        .forEach(imported -> opsets.put(imported.getDomain(), imported.getVersion()));
    return opsets;
  }

  /** The type of the first input that has one of a network's. */
  private static int floatType(GraphProto graph) {
    return graph.getInputList().stream()
        .map(input -> input.getType().getTensorType().getElemType())
        .filter(InputReader::isInputType)
        .findFirst()
        .orElse(TensorProto.DataType.FLOAT_VALUE);
  }

  private Graph graph(GraphProto proto, Map<String, String> metadata) {
    if (proto.getSparseInitializerCount() > 0) {
      throw new BadInputException("sparse initializers are not supported yet");
    }
    collectNames(proto);
    for (TensorProto tensor : proto.getInitializerList()) {
      if (OnnxTensors.isKnown(tensor.getDataType())) {
        values.store(tensor.getName(), OnnxTensors.known(tensor, externalData));
      } else {
        values.store(tensor.getName(), tensor);
      }
    }
    List<Input> inputs =
        proto.getInputList().stream()
            // Before IR version 4, initializers are listed as inputs too.
            .filter(input -> !values.contains(input.getName()))
            .map(new InputReader(stated)::read)
            .toList();
    stated.keySet().stream()
        .filter(name -> inputs.stream().noneMatch(input -> input.name().equals(name)))
        .findFirst()
        .ifPresent(
            name -> {
              throw new BadInputException("input '" + name + "': expected the name of an input");
            });
    inputs.forEach(input -> values.addInput(input.name(), input.shape()));
    OpaqueReader opaqueReader = new OpaqueReader(proto, model, values, taken);
    proto.getNodeList().forEach(node -> addNode(node, opaqueReader));
    List<String> outputs = proto.getOutputList().stream().map(ValueInfoProto::getName).toList();
    if (outputs.isEmpty()) {
      throw new BadInputException("expected a model with an output, found none");
    }
    outputs.forEach(this::useAsOperand);
    List<Node> all = new ArrayList<>();
    values.known().keySet().stream()
        .filter(operands::containsKey)
        .map(operands::get)
        .forEach(all::add);
    all.addAll(nodes);
    return Graph.of(inputs, needed(GeluForms.found(all), outputs), outputs, metadata);
  }

  /** What was computed for its shape alone, or has become part of something else, is left out. */
  private static List<Node> needed(List<Node> nodes, List<String> outputs) {
    Set<String> needed = new HashSet<>(outputs);
    LinkedList<Node> kept = new LinkedList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (needed.contains(nodes.get(i).name())) {
        kept.addFirst(nodes.get(i));
        needed.addAll(nodes.get(i).inputs());
      }
    }
    return kept;
  }

  private void collectNames(GraphProto proto) {
    proto.getNodeList().forEach(node -> taken.addAll(node.getInputList()));
    proto.getOutputList().forEach(output -> taken.add(output.getName()));
    names.addAll(taken);
    proto.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    proto.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    proto.getInputList().forEach(input -> names.add(input.getName()));
  }

  private void addNode(NodeProto proto, OpaqueReader opaqueReader) {
    String description = describe(proto);
    try {
      try {
        require(isDefault(proto.getDomain()), "this operator");
        require(isConstant(proto) || addSupported(proto), "more than one output");
      } catch (NotSupportedException e) {
        if (functions.contains(proto.getDomain() + ":" + proto.getOpType())) {
          throw new BadInputException("a function of the model's own is not supported yet", e);
        }
        addNode(opaqueReader.read(proto, e.getMessage()), false);
      }
    } catch (BadInputException e) {
      // Shape inference names the node itself.
      String message = e.getMessage();
      throw message.startsWith(description)
          ? e
          : new BadInputException(description + ": " + message, e);
    }
  }

  private boolean isConstant(NodeProto proto) {
    boolean constant = proto.getOpType().equals("Constant") && hasOneOutput(proto);
    if (constant) {
      values.store(proto.getOutput(0), ConstantReader.read(proto, externalData));
    }
    return constant;
  }

  /** Adds what the node gives as constants or operators; does nothing if it gives too much. */
  private boolean addSupported(NodeProto proto) {
    OnnxNode node = new OnnxNode(proto, values, model.opset());
    boolean several = proto.getOpType().equals("Split");
    if (!several && !hasOneOutput(proto)) {
      return false;
    }
    proto.getOutputList().forEach(this::requireUnused);
    Optional<PerSample> perSample = PerSampleReader.read(node);
    if (perSample.isPresent()) {
      values.add(proto.getOutput(0), perSample.get());
      return true;
    }
    Optional<List<Known>> known = KnownReader.read(node);
    if (known.isPresent()) {
      for (int i = 0; i < known.get().size(); i++) {
        if (several && proto.getOutput(i).isEmpty()) {
          continue;
        }
        values.add(proto.getOutput(i), known.get().get(i));
      }
      return true;
    }
    List<List<Step>> outputs = OperatorReader.read(node);
    for (int i = 0; i < outputs.size(); i++) {
      if (several && proto.getOutput(i).isEmpty()) {
        continue;
      }
      addSteps(proto, proto.getOutput(i), outputs.get(i));
    }
    return true;
  }

  private void requireUnused(String output) {
    if (values.contains(output) && !output.isEmpty()) {
      throw new BadInputException("name used twice");
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

  private void addSteps(NodeProto proto, String output, List<Step> steps) {
    boolean reshaped = RESHAPING.contains(proto.getOpType());
    String before = "";
    for (int i = 0; i < steps.size(); i++) {
      String name = i == steps.size() - 1 ? output : freeName(output + "." + i);
      List<String> inputs = new ArrayList<>();
      for (Step.Operand operand : steps.get(i).operands()) {
        inputs.add(
            operand instanceof Step.Input input
                ? proto.getInput(input.index())
                : operand instanceof Step.Number number ? constant(name, number) : before);
      }
      addNode(new Node(name, steps.get(i).operator(), inputs), reshaped);
      before = name;
    }
  }

  private String constant(String user, Step.Number number) {
    String name = freeName(user + "/constant");
    values.add(name, Known.of(number.numbers()));
    return name;
  }

  private void addNode(Node node, boolean reshaped) {
    for (String input : node.inputs()) {
      useAsOperand(input);
      values.shape(input);
    }
    requireUnused(node.name());
    Shape shape = ShapeInference.shapeOf(node, values.shapes());
    values.addComputed(node.name(), shape, node.inputs(), reshaped);
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
    if (values.perSample(value).isPresent()) {
      throw dependsOnBatch(value);
    }
    values
        .known(value)
        .filter(known -> !operands.containsKey(value))
        .ifPresent(
            known -> {
              if (known.isOfBatch()) {
                throw dependsOnBatch(value);
              }
              operands.put(value, new Node(value, new Operator.Constant(known.numbers())));
              values.use(value, known);
            });
  }

  private static BadInputException dependsOnBatch(String value) {
    return new BadInputException("input '" + value + "' depends on the batch, not supported yet");
  }

  private static String describe(NodeProto proto) {
    String name = proto.getOutputCount() > 0 ? proto.getOutput(0) : proto.getName();
    return "node '" + name + "' (" + proto.getOpType() + ")";
  }
}
