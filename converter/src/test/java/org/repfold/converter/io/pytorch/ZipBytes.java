package org.repfold.converter.io.pytorch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Writes zip files whose headers say what a test wants, right and wrong. */
final class ZipBytes {
  private final List<Entry> entries = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int countOffset;

  /** An entry; what its headers say can be changed before the file is written. */
  static final class Entry {
    final String name;
    final byte[] data;
    String localName;
    short flags;
    short method;
    int checksum;
    long storedSize;
    long size;
    int header = -1;
    byte[] extra = {};

    Entry(String name, byte[] data) {
      this.name = name;
      this.localName = name;
      this.data = data;
      this.storedSize = data.length;
      this.size = data.length;
      CRC32 crc = new CRC32();
      crc.update(data);
      this.checksum = (int) crc.getValue();
    }
  }

  /** A checkpoint with a pickle, and a storage 0 of 4 float32 numbers. */
  static ZipBytes checkpoint(byte[] pickle) {
    ZipBytes zip = new ZipBytes();
    zip.add("archive/data.pkl", pickle);
    zip.add("archive/byteorder", "little".getBytes(UTF_8));
    zip.add("archive/data/0", new byte[16]);
    return zip;
  }

  Entry add(String name, byte[] data) {
    Entry entry = new Entry(name, data);
    entries.add(entry);
    return entry;
  }

  Entry entry(int index) {
    return entries.get(index);
  }

  /** The end record counts so many entries more than there are. */
  ZipBytes countOffset(int offset) {
    countOffset = offset;
    return this;
  }

  byte[] bytes() {
    for (Entry entry : entries) {
      entry.header = entry.header >= 0 ? entry.header : out.size();
      byte[] name = entry.localName.getBytes(UTF_8);
      ByteBuffer header = little(30 + name.length);
      header.putInt(0x04034b50).putShort((short) 20).putShort(entry.flags).putShort(entry.method);
      header.putInt(0).putInt(entry.checksum);
      header.putInt((int) entry.storedSize).putInt((int) entry.size);
      header.putShort((short) name.length).putShort((short) 0).put(name);
      out.writeBytes(header.array());
      out.writeBytes(entry.data);
    }
    int directory = out.size();
    for (Entry entry : entries) {
      byte[] name = entry.name.getBytes(UTF_8);
      ByteBuffer header = little(46 + name.length + entry.extra.length);
      header.putInt(0x02014b50).putInt(20 << 16 | 20).putShort(entry.flags);
      header.putShort(entry.method).putInt(0).putInt(entry.checksum);
      header.putInt((int) entry.storedSize).putInt((int) entry.size);
      header.putShort((short) name.length).putShort((short) entry.extra.length);
      header.putShort((short) 0).putInt(0).putInt(0).putInt(entry.header);
      header.put(name).put(entry.extra);
      out.writeBytes(header.array());
    }
    ByteBuffer end = little(22);
    short count = (short) (entries.size() + countOffset);
    end.putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
    end.putInt(out.size() - directory).putInt(directory);
    out.writeBytes(end.array());
    return out.toByteArray();
  }

  static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
