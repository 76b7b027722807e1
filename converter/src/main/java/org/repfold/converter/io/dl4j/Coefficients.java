package org.repfold.converter.io.dl4j;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;

/**
 * The entry {@code coefficients.bin}: all parameters as one ND4J array of shape {@code [1, n]}. It
 * consists of two buffers, the array's shape information and its elements, each headed by an
 * allocation mode, a length and a type.
 */
final class Coefficients {
  /** Modes of ND4J before 1.0, which state lengths as 32-bit integers. */
  private static final Set<String> LEGACY_MODES = Set.of("DIRECT", "HEAP", "JAVACPP");

  private static final int LARGEST_SHAPE_INFORMATION = 2 * 32 + 4;
  private static final int CHUNK = 1 << 16;

  private Coefficients() {}

  /** A buffer's heading. */
  private record Heading(long length, String type) {
    static Heading read(DataInputStream in) throws IOException {
      String mode = in.readUTF();
      long length = LEGACY_MODES.contains(mode) ? in.readInt() : in.readLong();
      return new Heading(length, in.readUTF());
    }
  }

  /**
   * The network with its parameters.
   *
   * @throws BadInputException if the entry is missing or damaged or has another length
   */
  static ComputationGraph initialise(
      ComputationGraphConfiguration configuration, ZipFile zip, long expected) throws IOException {
    INDArray parameters = null;
    if (expected > 0) {
      ZipEntry entry = zip.getEntry(Dl4jZip.COEFFICIENTS);
      if (entry == null) {
        throw new BadInputException(
            "expected a DL4J zip with an entry " + Dl4jZip.COEFFICIENTS + ", found none");
      }
      parameters = read(zip, entry, expected).castTo(configuration.getDataType());
    }
    try {
      ComputationGraph graph = new ComputationGraph(configuration);
      graph.init(parameters, false);
      return graph;
    } catch (RuntimeException e) {
      throw new BadInputException("DL4J cannot build the network: " + Dl4jZip.rootLine(e), e);
    }
  }

  private static INDArray read(ZipFile zip, ZipEntry entry, long expected) throws IOException {
    try {
      return Dl4jZip.read(
          zip,
          entry,
          in -> parse(new DataInputStream(new BufferedInputStream(in, CHUNK)), expected));
    } catch (EOFException e) {
      throw damaged(expected + " numbers", "fewer");
    } catch (java.io.UTFDataFormatException e) {
      throw damaged("an ND4J array", "something else");
    }
  }

  private static INDArray parse(DataInputStream in, long expected) throws IOException {
    skipShapeInformation(in);
    Heading heading = Heading.read(in);
    if (heading.length() != expected) {
      throw damaged(expected + " numbers, as the configuration has parameters", heading.length());
    }
    int length = Math.toIntExact(expected);
    INDArray array =
        switch (heading.type()) {
          case "FLOAT" -> Nd4j.createFromArray(floats(in, length)).reshape(1, length);
          case "DOUBLE" -> Nd4j.createFromArray(doubles(in, length)).reshape(1, length);
          default -> throw damaged("numbers of type FLOAT or DOUBLE", heading.type());
        };
    if (in.read() >= 0) {
      throw damaged(expected + " numbers", "more");
    }
    return array;
  }

  private static void skipShapeInformation(DataInputStream in) throws IOException {
    Heading heading = Heading.read(in);
    int size =
        switch (heading.type()) {
          case "LONG" -> Long.BYTES;
          case "INT" -> Integer.BYTES;
          default -> throw damaged("an ND4J array", "something else");
        };
    if (heading.length() < 0 || heading.length() > LARGEST_SHAPE_INFORMATION) {
      throw damaged("an ND4J array", "shape information of length " + heading.length());
    }
    in.skipNBytes(heading.length() * size);
  }

  private static float[] floats(DataInputStream in, int length) throws IOException {
    float[] result = new float[length];
    byte[] chunk = new byte[CHUNK];
    for (int done = 0; done < length; ) {
      int count = Math.min(length - done, CHUNK / Float.BYTES);
      in.readFully(chunk, 0, count * Float.BYTES);
      ByteBuffer.wrap(chunk).asFloatBuffer().get(result, done, count);
      done += count;
    }
    return result;
  }

  private static double[] doubles(DataInputStream in, int length) throws IOException {
    double[] result = new double[length];
    byte[] chunk = new byte[CHUNK];
    for (int done = 0; done < length; ) {
      int count = Math.min(length - done, CHUNK / Double.BYTES);
      in.readFully(chunk, 0, count * Double.BYTES);
      ByteBuffer.wrap(chunk).asDoubleBuffer().get(result, done, count);
      done += count;
    }
    return result;
  }

  private static BadInputException damaged(String expected, Object found) {
    return new BadInputException(
        "%s: expected %s, found %s".formatted(Dl4jZip.COEFFICIENTS, expected, found));
  }
}
