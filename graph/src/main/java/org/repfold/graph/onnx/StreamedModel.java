package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.repfold.graph.file.ElementFormat;

/**
 * A model whose parameters are not in memory all at once: they are written from where they are. The
 * bytes are those of the same model as one protobuf message, fields in ascending order.
 *
 * @param model everything but the graph
 * @param graph everything but the initializers
 */
record StreamedModel(ModelProto model, GraphProto graph, List<Initializer> initializers) {

  /** Writes the model. */
  void writeTo(OutputStream out) throws IOException {
    ModelProto afterGraph = model.toBuilder().clearIrVersion().clearProducerName().build();
    ModelProto beforeGraph = model.toBuilder().clearOpsetImport().clearMetadataProps().build();
    GraphProto afterInitializers = graph.toBuilder().clearNode().clearName().build();
    GraphProto beforeInitializers = graph.toBuilder().clearInput().clearOutput().build();
    long size = graph.getSerializedSize();
    for (Initializer initializer : initializers) {
      size += initializer.size();
    }
    beforeGraph.writeTo(out);
    begin(out, ModelProto.GRAPH_FIELD_NUMBER, size);
    beforeInitializers.writeTo(out);
    for (Initializer initializer : initializers) {
      write(initializer, out);
    }
    afterInitializers.writeTo(out);
    afterGraph.writeTo(out);
  }

  private static void write(Initializer initializer, OutputStream out) throws IOException {
    begin(out, GraphProto.INITIALIZER_FIELD_NUMBER, initializer.messageSize());
    initializer.proto().writeTo(out);
    if (initializer.elements().isPresent()) {
      begin(out, TensorProto.RAW_DATA_FIELD_NUMBER, initializer.elementBytes());
      ElementFormat.write(initializer.elements().get(), out);
    }
  }

  /** The start of a field that is so many bytes long. */
  private static void begin(OutputStream out, int field, long size) throws IOException {
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    coded.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    coded.writeUInt32NoTag(Math.toIntExact(size));
    coded.flush();
  }

  /** The bytes of a field that is so many bytes long, start included. */
  static long fieldSize(int field, long size) {
    return CodedOutputStream.computeTagSize(field)
        + CodedOutputStream.computeUInt32SizeNoTag(Math.toIntExact(size))
        + size;
  }
}
