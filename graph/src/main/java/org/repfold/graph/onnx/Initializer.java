package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Optional;
import org.repfold.graph.Tensor;

/**
 * A tensor of a model being written.
 *
 * @param proto the tensor, without its elements where they are to follow
 * @param elements what is to follow as raw bytes; empty where the message is whole
 */
record Initializer(TensorProto proto, Optional<Tensor> elements) {

  /** The bytes that it takes in a graph's message. */
  long size() {
    return StreamedModel.fieldSize(GraphProto.INITIALIZER_FIELD_NUMBER, messageSize());
  }

  long messageSize() {
    return proto.getSerializedSize()
        + (elements.isEmpty()
            ? 0
            : StreamedModel.fieldSize(TensorProto.RAW_DATA_FIELD_NUMBER, elementBytes()));
  }

  long elementBytes() {
    return elements.map(TensorBytes::count).orElse(0L);
  }
}
