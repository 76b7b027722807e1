package org.repfold.graph.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.ElementFormat;
import org.repfold.graph.file.OutputFile;

/**
 * Writes safetensors files: the same bytes for the same tensors and texts, in whatever order they
 * come.
 *
 * <p>As with the format's own library, wider element types come first, tensors of one type stand by
 * name, and the header is padded to a multiple of 8 bytes: so each element is aligned. A tensor
 * that goes by several names is written under each, as the format knows no sharing.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private static final List<ElementType> ORDER =
      List.of(ElementType.INT64, ElementType.FLOAT64, ElementType.FLOAT32);

  private SafetensorsWriter() {}

  /**
   * Writes a file, whole or not at all.
   *
   * @param metadata free text by name; PyTorch's libraries look for {@code format} {@code pt}
   * @param force whether to replace an existing file
   * @throws BadInputException if a tensor goes by the name that the format keeps for its metadata,
   *     or as {@link OutputFile#write}
   */
  public static void write(Safetensors content, Path file, boolean force) {
    List<Map.Entry<String, Tensor>> tensors = new ArrayList<>(content.tensors().entrySet());
    tensors.sort(
        Comparator.<Map.Entry<String, Tensor>>comparingInt(
                tensor -> ORDER.indexOf(tensor.getValue().type()))
            .thenComparing(Map.Entry.comparingByKey()));
    byte[] header = header(tensors, content.metadata());
    OutputFile.write(
        file,
        force,
        out -> {
          out.write(header);
          for (Map.Entry<String, Tensor> tensor : tensors) {
            ElementFormat.write(tensor.getValue(), out);
          }
        });
  }

  private static byte[] header(
      List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) {
    ObjectNode header = new ObjectMapper().createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = header.putObject(SafetensorsReader.METADATA);
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long position = 0;
    for (Map.Entry<String, Tensor> named : tensors) {
      Tensor tensor = named.getValue();
      if (named.getKey().equals(SafetensorsReader.METADATA)) {
        throw new BadInputException(
            "expected another name for a tensor than " + SafetensorsReader.METADATA);
      }
      ObjectNode entry = header.putObject(named.getKey());
      entry.put("dtype", Dtype.name(ElementFormat.of(tensor.type())));
      ArrayNode shape = entry.putArray("shape");
      for (long size : tensor.shape().toArray()) {
        shape.add(size);
      }
      long end = position + (long) tensor.size() * width(tensor);
      entry.putArray("data_offsets").add(position).add(end);
      position = end;
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    int padding = Math.floorMod(-text.length, ALIGNMENT);
    ByteBuffer bytes =
        ByteBuffer.allocate(SafetensorsReader.PREFIX + text.length + padding)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length + padding)
            .put(text);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.array();
  }

  private static int width(Tensor tensor) {
    return ElementFormat.of(tensor.type()).width();
  }
}
