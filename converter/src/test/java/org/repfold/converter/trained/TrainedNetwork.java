package org.repfold.converter.trained;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.onnx.OnnxReader;

/**
 * Trained networks that others have published, of PaddleOCR, as ONNX models. They come with a Maven
 * artifact that only tests depend on.
 */
enum TrainedNetwork {
  /** Tells whether a line of text is upside down: MobileNetV3 with squeeze-and-excitation. */
  ORIENTATION("ch_ppocr_mobile_v2.0_cls_infer", 48, 192),
  /** Finds lines of text: MobileNetV3, a feature pyramid, transposed convolutions. */
  DETECTION_V3("ch_PP-OCRv3_det_infer", 96, 128),
  DETECTION_V4("ch_PP-OCRv4_det_infer", 96, 128),
  /** Reads a line of text: depthwise convolutions, then attention. */
  RECOGNITION_V3("ch_PP-OCRv3_rec_infer", 48, 160),
  RECOGNITION_V4("ch_PP-OCRv4_rec_infer", 48, 320);

  private final String file;
  private final Shape map;

  TrainedNetwork(String file, long height, long width) {
    this.file = file;
    this.map = Shape.of(Shape.UNKNOWN, 3, height, width);
  }

  /** The shape of the input, {@code [N, 3, H, W]}. */
  Shape map() {
    return map;
  }

  byte[] model() {
    try (InputStream in = TrainedNetwork.class.getResourceAsStream("/models/" + file + ".onnx")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Graph graph() {
    return OnnxReader.read(model(), Map.of("x", map));
  }
}
