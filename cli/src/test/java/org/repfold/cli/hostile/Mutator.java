package org.repfold.cli.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damages files as accidents and attackers do, in ways that readers of all formats understand. */
final class Mutator {
  /** Lengths at which programs err. */
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    127,
    128,
    255,
    256,
    65535,
    1 << 20,
    1 << 28,
    1 << 30,
    Integer.MAX_VALUE,
    1L << 31,
    (1L << 32) - 1,
    1L << 32,
    1L << 40,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -2
  };

  /** Instructions of pickles, signs of JSON, tags of protobuf, small lengths, the largest ones. */
  private static final byte[] BYTES =
      HexFormat.of()
          .parseHex(
              "0001020408101a222a327f80ff"
                  + "2830313242434a4b4d4e50515254555861626364656768696a6c6f707172737475"
                  + "7d5d29808182858687888a8b8c8d8e8f9091929394"
                  + "7b7d5b5d222c3a2d2e5c0a");

  private static final String[] TEXTS = {
    "-1",
    "0",
    "1e999",
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "1e-400",
    "0.5",
    "NaN",
    "null",
    "true",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[[[[[[[[",
    "{\"a\":",
    "\\u0000",
    "[1,2,3,4,5,6]"
  };

  private static final Pattern TOKEN = Pattern.compile("\"[^\"]{0,300}\"|[-+.\\w]+|[{}\\[\\]():,]");

  private static final int MOST_EDITS = 4;
  private static final int NEAR = 1500;
  private static final int LONGEST_PIECE = 40;

  private final List<byte[]> donors;

  /**
   * @param donors files that pieces are taken from
   */
  Mutator(List<byte[]> donors) {
    this.donors = donors;
  }

  /** A few changes, often a single one, to be made one after the other. */
  List<Edit> edits(byte[] content, Random random) {
    List<Edit> edits = new ArrayList<>();
    byte[] bytes = content;
    int count = 1 + random.nextInt(1 + random.nextInt(MOST_EDITS));
    while (edits.size() < count && bytes.length > 0) {
      Edit edit = edit(bytes, random);
      edits.add(edit);
      bytes = edit.applyTo(bytes);
    }
    return edits;
  }

  private Edit edit(byte[] bytes, Random random) {
    int at = position(bytes.length, random);
    return switch (random.nextInt(14)) {
      case 0 -> replaced(at, bytes[at] ^ 1 << random.nextInt(Byte.SIZE));
      case 1 -> replaced(at, random.nextInt());
      case 2, 3 -> replaced(at, BYTES[random.nextInt(BYTES.length)]);
      case 4 -> new Edit(at, at, new byte[] {BYTES[random.nextInt(BYTES.length)]});
      case 5 -> new Edit(at, at + 1 + random.nextInt(LONGEST_PIECE), new byte[0]);
      case 6 -> new Edit(at, at, piece(bytes, random));
      case 7 -> new Edit(at, at, piece(donors.get(random.nextInt(donors.size())), random));
      case 8 -> over(at, piece(bytes, random));
      case 9 -> length(bytes, at, random);
      case 10 -> varint(bytes, at, random);
      case 11, 12 -> token(bytes, at, random);
      default ->
          random.nextInt(4) == 0
              ? new Edit(at, bytes.length, new byte[0])
              : length(bytes, at, random);
    };
  }

  /** Headers, directories and indices are at the ends of files; what is between are numbers. */
  private static int position(int length, Random random) {
    int near = Math.min(length, NEAR);
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt(near);
      case 1 -> length - 1 - random.nextInt(near);
      default -> random.nextInt(length);
    };
  }

  private static Edit replaced(int at, int value) {
    return over(at, new byte[] {(byte) value});
  }

  private static Edit over(int at, byte[] bytes) {
    return new Edit(at, at + bytes.length, bytes);
  }

  private static byte[] piece(byte[] bytes, Random random) {
    int from = position(bytes.length, random);
    return Arrays.copyOfRange(
        bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(LONGEST_PIECE)));
  }

  /** A number of fixed width, such as a length, becomes another one. */
  private static Edit length(byte[] bytes, int at, Random random) {
    int width = 2 << random.nextInt(3);
    ByteOrder order = random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer number = ByteBuffer.allocate(2 * Long.BYTES).order(order);
    number.put(0, bytes, at, Math.min(width, bytes.length - at));
    long value =
        order == ByteOrder.LITTLE_ENDIAN
            ? number.getLong(0)
            : number.getLong(width - 8 < 0 ? 0 : width - 8);
    long changed =
        switch (random.nextInt(5)) {
          case 0 -> value + 1;
          case 1 -> value - 1;
          case 2 -> value * 2;
          case 3 -> bytes.length;
          default -> NUMBERS[random.nextInt(NUMBERS.length)];
        };
    byte[] written = ByteBuffer.allocate(Long.BYTES).order(order).putLong(changed).array();
    return over(
        at,
        order == ByteOrder.LITTLE_ENDIAN
            ? Arrays.copyOf(written, width)
            : Arrays.copyOfRange(written, Long.BYTES - width, Long.BYTES));
  }

  /** A number of protobuf's becomes another one, often as long, so that lengths around it fit. */
  private static Edit varint(byte[] bytes, int at, Random random) {
    int end = at;
    while (end < bytes.length - 1 && end < at + 9 && bytes[end] < 0) {
      end++;
    }
    int width = end + 1 - at;
    long value = NUMBERS[random.nextInt(NUMBERS.length)];
    if (random.nextBoolean() && width < 9) {
      value &= (1L << 7 * width) - 1;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (value < 0 || value > 127) {
      out.write((int) (value & 0x7f | 0x80));
      value >>>= 7;
    }
    out.write((int) value);
    return new Edit(at, end + 1, out.toByteArray());
  }

  /** A word, number or sign becomes another one, is left out, or comes twice. */
  private static Edit token(byte[] bytes, int at, Random random) {
    int from = Math.max(0, at - LONGEST_PIECE);
    Matcher token = TOKEN.matcher(text(bytes, from));
    if (!token.find()) {
      return replaced(at, '"');
    }
    Edit found =
        new Edit(from + token.start(), from + token.end(), token.group().getBytes(ISO_8859_1));
    return switch (random.nextInt(5)) {
      case 0 -> new Edit(found.from(), found.to(), new byte[0]);
      case 1 -> new Edit(found.to(), found.to(), found.replacement());
      case 2 -> {
        Matcher other = TOKEN.matcher(text(bytes, random.nextInt(bytes.length)));
        yield new Edit(
            found.from(), found.to(), (other.find() ? other.group() : "").getBytes(ISO_8859_1));
      }
      default ->
          new Edit(
              found.from(), found.to(), TEXTS[random.nextInt(TEXTS.length)].getBytes(ISO_8859_1));
    };
  }

  private static String text(byte[] bytes, int from) {
    return new String(bytes, from, Math.min(400, bytes.length - from), ISO_8859_1);
  }
}
