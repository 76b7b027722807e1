package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.ElementFormat;

/**
 * The tensors of a model being written, each once, however many nodes share it. Small ones are in
 * the model itself; large ones too, unless there is a file for external data.
 */
final class Initializers {
  /** Engines need small tensors, such as the shape of a Reshape, before they open other files. */
  private static final long SMALLEST_EXTERNAL = 1024;

  /** Aligned to pages, so that engines can map a tensor into memory. */
  private static final long ALIGNMENT = 4096;

  private final Optional<String> externalFile;
  private final Set<String> taken = new HashSet<>();
  private final Map<Tensor, String> names = new IdentityHashMap<>();
  private final List<Initializer> all = new ArrayList<>();
  private final List<External> externals = new ArrayList<>();
  private long externalSize;

  private record External(Tensor tensor, long offset) {}

  /** The constants of a graph, under their own names. */
  Initializers(Graph graph, Optional<String> externalFile) {
    this.externalFile = externalFile;
    graph.inputs().stream().map(Input::name).forEach(taken::add);
    graph.nodes().stream().map(Node::name).forEach(taken::add);
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof Operator.Constant constant) {
        names.putIfAbsent(constant.value(), node.name());
        all.add(initializer(node.name(), constant.value()));
      }
    }
  }

  /** The tensors so far, in the order they came. */
  List<Initializer> all() {
    return List.copyOf(all);
  }

  /** Adds a tensor unless it is there already; gives its name, a free one near the wanted one. */
  String add(String wanted, Tensor tensor) {
    String known = names.get(tensor);
    if (known != null) {
      return known;
    }
    String name = freeName(wanted);
    names.put(tensor, name);
    all.add(initializer(name, tensor));
    return name;
  }

  /** Adds a tensor as it is, under a name near the wanted one, which is given. */
  String add(String wanted, TensorProto tensor) {
    String name = freeName(wanted);
    all.add(new Initializer(tensor.toBuilder().setName(name).build(), Optional.empty()));
    return name;
  }

  /** A name near the wanted one that nothing in the model has, nor will have. */
  String freeName(String wanted) {
    String name = wanted;
    while (!taken.add(name)) {
      name += "_";
    }
    return name;
  }

  private Initializer initializer(String name, Tensor tensor) {
    long bytes = TensorBytes.count(tensor);
    if (externalFile.isEmpty() || bytes < SMALLEST_EXTERNAL) {
      return new Initializer(OnnxTensors.describe(name, tensor).build(), Optional.of(tensor));
    }
    long offset = (externalSize + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    externals.add(new External(tensor, offset));
    externalSize = offset + bytes;
    TensorProto proto =
        OnnxTensors.describe(name, tensor)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry(ExternalData.LOCATION, externalFile.get()))
            .addExternalData(entry(ExternalData.OFFSET, Long.toString(offset)))
            .addExternalData(entry(ExternalData.LENGTH, Long.toString(bytes)))
            .build();
    return new Initializer(proto, Optional.empty());
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /** Writes the file for external data. */
  void writeExternalData(OutputStream out) throws IOException {
    long position = 0;
    for (External external : externals) {
      out.write(new byte[Math.toIntExact(external.offset() - position)]);
      ElementFormat.write(external.tensor(), out);
      position = external.offset() + TensorBytes.count(external.tensor());
    }
  }
}
