package org.repfold.converter.io.pytorch;

import net.razorvine.pickle.PickleException;

/**
 * What a pickle says of a storage: an array of numbers elsewhere in the file, or a part of one.
 *
 * @param type of its numbers
 * @param key its name in the file
 * @param bytes its length
 * @param begin where the part begins
 * @param end where the part ends
 */
record StorageReference(NumberType type, String key, long bytes, long begin, long end) {

  /**
   * Reads the tuple that PyTorch's persistent ids are: "storage", type, key, device, number of
   * elements, and in old files a view: key, first element, number of elements.
   */
  static StorageReference of(Object id) {
    Object[] parts = (Object[]) id;
    NumberType type = (NumberType) parts[1];
    int width = type.width();
    long bytes = Math.multiplyExact(PickledValues.natural(parts[4]), width);
    String key = (String) parts[2];
    if (parts.length < 6 || parts[5] == null) {
      return new StorageReference(type, key, bytes, 0, bytes);
    }
    Object[] view = (Object[]) parts[5];
    long begin = Math.multiplyExact(PickledValues.natural(view[1]), width);
    long end = Math.addExact(begin, Math.multiplyExact(PickledValues.natural(view[2]), width));
    if (end > bytes) {
      throw new PickleException("a view beyond its storage");
    }
    return new StorageReference(type, key, bytes, begin, end);
  }

  static boolean isStorage(Object id) {
    return id instanceof Object[] parts && parts.length >= 5 && "storage".equals(parts[0]);
  }
}
