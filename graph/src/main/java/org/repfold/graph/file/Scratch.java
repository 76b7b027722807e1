package org.repfold.graph.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.repfold.graph.Tensor;

/**
 * Keeps intermediate results out of the heap: in temporary files, which the system caches in
 * whatever memory is free, and writes to the disk where none is. They are in Java's folder for
 * temporary files ({@code java.io.tmpdir}).
 */
public final class Scratch {
  private Scratch() {}

  /**
   * The same numbers, bit for bit, in a file if they are floating-point numbers, many, and on the
   * heap; else the tensor itself, which it also is where the disk has no room. The file has no name
   * any more, and is gone with the tensor.
   */
  public static Tensor keep(Tensor tensor) {
    ElementFormat format = ElementFormat.of(tensor.type());
    if (tensor.isView() || !format.isLeftInFile((long) tensor.size() * format.width())) {
      return tensor;
    }
    try {
      return format.view(stored(tensor), tensor.shape());
    } catch (IOException e) {
      // The result is needed all the same; memory may do.
      return tensor;
    }
  }

  private static ByteBuffer stored(Tensor tensor) throws IOException {
    Path file = Files.createTempFile("repfold-", ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      ElementFormat.write(tensor, Channels.newOutputStream(channel));
      return channel
          .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
          .order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
