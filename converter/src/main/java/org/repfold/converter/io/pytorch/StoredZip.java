package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.InputFile;

/**
 * The entries of a zip file that stores them as they are, so that they can be read in place. Java's
 * own zip classes do not say where an entry's bytes are.
 *
 * <p>As PKWARE's APPNOTE 6.3 describes them: the end record (4.3.16) with its 64-bit form (4.3.14,
 * 4.3.15), the central directory (4.3.12), local headers (4.3.7), 64-bit sizes (4.5.3).
 */
final class StoredZip {
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int LOCAL_HEADER_SIZE = 30;
  private static final int CENTRAL_HEADER = 0x02014b50;
  private static final int CENTRAL_HEADER_SIZE = 46;
  private static final int END = 0x06054b50;
  private static final int END_SIZE = 22;
  private static final int END64 = 0x06064b50;
  private static final int END64_SIZE = 56;
  private static final int END64_LOCATOR = 0x07064b50;
  private static final int END64_LOCATOR_SIZE = 20;
  private static final int EXTRA64 = 1;
  private static final long IN_EXTRA64 = 0xFFFFFFFFL;
  private static final int ENCRYPTED = 1;
  private static final int STORED = 0;

  private static final long LARGEST_DIRECTORY = 64 << 20;
  private static final int MOST_ENTRIES = 500_000;

  private final InputFile in;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * An entry.
   *
   * @param header where its local header begins
   * @param isPlain whether its bytes stand as they are
   */
  private record Entry(long header, Region region, boolean isPlain) {
    long end() {
      return region.position() + region.size();
    }
  }

  private StoredZip(InputFile in) {
    this.in = in;
  }

  /**
   * Reads the directory of a file, and the headers of its entries, but nothing else.
   *
   * @throws BadInputException if it is no sound zip file, or has an entry of a name that leads
   *     elsewhere or comes twice, or that shares bytes with another one
   */
  static StoredZip read(InputFile in) throws IOException {
    StoredZip zip = new StoredZip(in);
    zip.readDirectory();
    return zip;
  }

  /** The names of all entries, in the order of the directory. */
  Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /**
   * The bytes of an entry; empty if there is none of that name.
   *
   * @throws BadInputException if they are compressed or encrypted
   */
  Optional<Region> find(String name) {
    Entry entry = entries.get(name);
    if (entry != null && !entry.isPlain()) {
      throw new BadInputException(
          "entry '" + name + "': expected it stored as it is, found it compressed or encrypted");
    }
    return Optional.ofNullable(entry).map(Entry::region);
  }

  private void readDirectory() throws IOException {
    long end = in.size() - END_SIZE;
    if (end < 0 || in.bytes(end, Integer.BYTES).getInt() != END) {
      throw new BadInputException("expected a whole zip file, found no directory at its end");
    }
    ByteBuffer record = in.bytes(end, END_SIZE);
    long count = Short.toUnsignedLong(record.getShort(10));
    long size = Integer.toUnsignedLong(record.getInt(12));
    long start = Integer.toUnsignedLong(record.getInt(16));
    long directoryEnd = end;
    if (end >= END64_LOCATOR_SIZE
        && in.bytes(end - END64_LOCATOR_SIZE, Integer.BYTES).getInt() == END64_LOCATOR) {
      long end64 = in.bytes(end - END64_LOCATOR_SIZE, END64_LOCATOR_SIZE).getLong(8);
      ByteBuffer record64 = in.bytes(end64, END64_SIZE);
      if (record64.getInt(0) != END64 || end64 > end) {
        throw new BadInputException("expected a whole zip file, found a damaged end record");
      }
      count = record64.getLong(32);
      size = record64.getLong(40);
      start = record64.getLong(48);
      directoryEnd = end64;
    }
    if (start < 0 || size < 0 || start > directoryEnd || size != directoryEnd - start) {
      throw new BadInputException(
          "expected a zip directory that ends where the end record begins, found one of "
              + size
              + " bytes at byte "
              + start);
    }
    if (size > LARGEST_DIRECTORY || count < 0 || count > MOST_ENTRIES) {
      throw new BadInputException(
          "expected a zip directory of at most " + MOST_ENTRIES + " entries, found a larger one");
    }
    readHeaders(in.bytes(start, (int) size), count);
    requireSeparate(start);
  }

  private void readHeaders(ByteBuffer directory, long count) throws IOException {
    for (long i = 0; i < count; i++) {
      int start = directory.position();
      if (directory.remaining() < CENTRAL_HEADER_SIZE
          || directory.getInt(start) != CENTRAL_HEADER) {
        throw new BadInputException("expected " + count + " entries in the zip, found " + i);
      }
      int nameLength = Short.toUnsignedInt(directory.getShort(start + 28));
      int extraLength = Short.toUnsignedInt(directory.getShort(start + 30));
      int commentLength = Short.toUnsignedInt(directory.getShort(start + 32));
      int length = CENTRAL_HEADER_SIZE + nameLength + extraLength + commentLength;
      if (directory.remaining() < length) {
        throw new BadInputException("expected " + count + " entries in the zip, found " + i);
      }
      byte[] name = new byte[nameLength];
      directory.get(start + CENTRAL_HEADER_SIZE, name);
      ByteBuffer extra =
          directory
              .slice(start + CENTRAL_HEADER_SIZE + nameLength, extraLength)
              .order(directory.order());
      ByteBuffer header = directory.slice(start, CENTRAL_HEADER_SIZE).order(directory.order());
      add(new String(name, StandardCharsets.UTF_8), name, header, extra);
      directory.position(start + length);
    }
    if (directory.hasRemaining()) {
      throw new BadInputException("expected " + count + " entries in the zip, found more");
    }
  }

  private void add(String name, byte[] nameBytes, ByteBuffer header, ByteBuffer extra)
      throws IOException {
    if (name.isEmpty()
        || name.startsWith("/")
        || name.contains("\\")
        || name.contains(":")
        || List.of(name.split("/")).contains("..")) {
      throw new BadInputException("entry '" + name + "': expected a name inside the zip");
    }
    boolean isPlain = (header.getShort(8) & ENCRYPTED) == 0 && header.getShort(10) == STORED;
    long checksum = Integer.toUnsignedLong(header.getInt(16));
    long stored = Integer.toUnsignedLong(header.getInt(20));
    long size = Integer.toUnsignedLong(header.getInt(24));
    long local = Integer.toUnsignedLong(header.getInt(42));
    ByteBuffer wide = extra64(extra);
    size = size == IN_EXTRA64 ? next(name, wide) : size;
    stored = stored == IN_EXTRA64 ? next(name, wide) : stored;
    local = local == IN_EXTRA64 ? next(name, wide) : local;
    if (isPlain && size != stored) {
      throw new BadInputException(
          "entry '" + name + "': expected " + size + " bytes, found " + stored);
    }
    long position = dataPosition(name, nameBytes, local);
    in.requireInside(position, stored);
    Entry entry = new Entry(local, new Region(position, stored, checksum), isPlain);
    if (entries.put(name, entry) != null) {
      throw new BadInputException("entry '" + name + "': expected it once, found it twice");
    }
  }

  /**
   * The field of the extra data that holds what 32 bits do not; an empty one where there is none.
   */
  private static ByteBuffer extra64(ByteBuffer extra) {
    while (extra.remaining() >= 2 * Short.BYTES) {
      short kind = extra.getShort();
      int length = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
      if (kind == EXTRA64) {
        return extra.slice(extra.position(), length).order(extra.order());
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  private static long next(String name, ByteBuffer wide) {
    if (wide.remaining() < Long.BYTES) {
      throw new BadInputException("entry '" + name + "': expected 64-bit sizes, found none");
    }
    return wide.getLong();
  }

  private long dataPosition(String name, byte[] nameBytes, long local) throws IOException {
    ByteBuffer header = in.bytes(local, LOCAL_HEADER_SIZE);
    int nameLength = Short.toUnsignedInt(header.getShort(26));
    int extraLength = Short.toUnsignedInt(header.getShort(28));
    if (header.getInt(0) != LOCAL_HEADER
        || nameLength != nameBytes.length
        || !in.bytes(local + LOCAL_HEADER_SIZE, nameLength).equals(ByteBuffer.wrap(nameBytes))) {
      throw new BadInputException(
          "entry '" + name + "': expected its header at byte " + local + ", found another one");
    }
    return local + LOCAL_HEADER_SIZE + nameLength + extraLength;
  }

  /** Entries that share bytes make a small file look large. */
  private void requireSeparate(long directory) {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::header));
    for (int i = 0; i < sorted.size(); i++) {
      long limit = i + 1 < sorted.size() ? sorted.get(i + 1).header() : directory;
      if (sorted.get(i).end() > limit) {
        throw new BadInputException("expected entries of the zip that share no bytes");
      }
    }
  }
}
