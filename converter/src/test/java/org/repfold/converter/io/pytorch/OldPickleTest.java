package org.repfold.converter.io.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.converter.io.pytorch.PickleBytes.start;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.converter.io.Checkpoint;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Forms of the pickle that today's PyTorch does not write any more, but files still have. */
class OldPickleTest {
  @TempDir Path folder;

  /** Storage 0 of the numbers 0 to 3. */
  private Map<String, Tensor> read(PickleBytes pickle) {
    ZipBytes zip = new ZipBytes();
    zip.add("archive/data.pkl", pickle.bytes());
    ByteBuffer numbers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    numbers.putFloat(0).putFloat(1).putFloat(2).putFloat(3);
    zip.add("archive/data/0", numbers.array());
    return Checkpoint.read(HostileFiles.write(folder, zip.bytes())).tensors();
  }

  private static PickleBytes tensor(PickleBytes pickle, long offset, long size) {
    return pickle.tensor("0", 4, offset, new long[] {size}, new long[] {1});
  }

  @Test
  void orderedDictionaryOfPython2IsAListOfPairs() {
    PickleBytes pickle = start().global("collections", "OrderedDict").op("](");
    tensor(pickle.op("](U\u0001b"), 0, 1).op("e");
    tensor(pickle.op("](U\u0001a"), 1, 1).op("e");
    Map<String, Tensor> read = read(pickle.op("e\u0085R."));
    assertEquals(List.of("b", "a"), List.copyOf(read.keySet()));
    assertEquals(Tensor.of(Shape.of(1), 1f), read.get("a"));
  }

  @Test
  void viewOfAStorageBeginsWithin() {
    PickleBytes pickle =
        start().op("}").text("w").global("torch._utils", "_rebuild_tensor").op("(");
    pickle.op("(").text("storage").global("torch", "FloatStorage").text("0").text("cpu");
    pickle.integer(4).op("(").text("view").integer(1).integer(3).op("ttQ");
    pickle.integer(1).integers(2).integers(1).op("tRs.");
    assertEquals(Map.of("w", Tensor.of(Shape.of(2), 2f, 3f)), read(pickle));
  }

  @Test
  void zipWithoutByteOrderIsLittleEndian() {
    PickleBytes pickle = tensor(start().op("}").text("w"), 0, 4).op("s.");
    assertEquals(Map.of("w", Tensor.of(Shape.of(4), 0f, 1f, 2f, 3f)), read(pickle));
  }
}
