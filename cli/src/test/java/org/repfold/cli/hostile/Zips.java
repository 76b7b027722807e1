package org.repfold.cli.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Takes zip files apart and puts them together, their entries as they are. */
public final class Zips {
  /** Several times what any entry may hold. */
  static final long BOMB = 256L << 20;

  private Zips() {}

  /** The entries by their names, in their order. */
  public static Map<String, byte[]> entries(Path file) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A zip file of these entries, with the right lengths and checksums, none compressed. */
  public static byte[] zip(Map<String, byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setMethod(ZipEntry.STORED);
        header.setSize(entry.getValue().length);
        CRC32 checksum = new CRC32();
        checksum.update(entry.getValue());
        header.setCrc(checksum.getValue());
        out.putNextEntry(header);
        out.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A zip file with an entry of so many zeros, in a thousandth of the space, and others. */
  static byte[] bomb(String name, long size, Map<String, byte[]> others) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> other : others.entrySet()) {
        out.putNextEntry(new ZipEntry(other.getKey()));
        out.write(other.getValue());
      }
      out.putNextEntry(new ZipEntry(name));
      byte[] zeros = new byte[1 << 20];
      for (long written = 0; written < size; written += zeros.length) {
        out.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A zip file with an entry under another name as long, which may be that of another entry. */
  static byte[] renamed(byte[] zip, String from, String to) {
    return new String(zip, ISO_8859_1).replace(from, to).getBytes(ISO_8859_1);
  }

  /** A seed of which one entry is changed. */
  public static Seed seed(Path file, String entry) {
    Map<String, byte[]> entries = entries(file);
    return new Seed(
        file.getFileName() + "/" + entry,
        entries.get(entry),
        content -> {
          Map<String, byte[]> changed = new LinkedHashMap<>(entries);
          changed.put(entry, content);
          return zip(changed);
        });
  }
}
