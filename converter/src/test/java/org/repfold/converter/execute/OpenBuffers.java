package org.repfold.converter.execute;

import java.lang.reflect.Field;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.memory.deallocation.DeallocatableReference;
import org.nd4j.linalg.api.memory.deallocation.DeallocatorService;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's native buffers that wait for the garbage collector, as nobody has closed them. */
public final class OpenBuffers {
  /** ND4J keeps small ones for itself: shapes and constants. */
  private static final int SMALLEST = 100;

  private OpenBuffers() {}

  /** How many numbers are in buffers of some size that an action has left open. */
  public static long leftBy(Runnable action) {
    Set<DataBuffer> before = open();
    action.run();
    Set<DataBuffer> left = open();
    left.removeAll(before);
    return left.stream().mapToLong(DataBuffer::length).sum();
  }

  private static Set<DataBuffer> open() {
    Set<DataBuffer> open = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Object reference : references().values()) {
      if (((DeallocatableReference) reference).get() instanceof DataBuffer buffer
          && !buffer.wasClosed()
          && buffer.length() >= SMALLEST) {
        open.add(buffer);
      }
    }
    return open;
  }

  private static Map<?, ?> references() {
    try {
      Field references = DeallocatorService.class.getDeclaredField("referenceMap");
      references.setAccessible(true);
      return (Map<?, ?>) references.get(Nd4j.getDeallocatorService());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
