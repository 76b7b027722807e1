package org.repfold.cli.hostile;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.repfold.graph.BadInputException;

/**
 * Has a reader read damaged files. Each is to be read, or refused in one line that names it; soon,
 * and without much memory. What fails is shrunk and thrown as an {@link AssertionError}.
 */
public final class Fuzzer {
  /** Far above what any file takes, on a busy machine too. */
  private static final Duration FOR_EVER = Duration.ofSeconds(60);

  private static final long MOST_ALLOCATED = 256L << 20;

  /** Random numbers of neighbouring seeds resemble each other. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final FuzzedReader reader;
  private final Path file;
  private final long randomSeed;
  private final Mutator mutator;
  private volatile int number;
  private volatile long started;
  private volatile AssertionError failure;
  private int refused;

  private Fuzzer(FuzzedReader reader, Path folder, long randomSeed) {
    this.reader = reader;
    this.file = folder.resolve(reader.fileName());
    this.randomSeed = randomSeed;
    this.mutator = new Mutator(reader.seeds().stream().map(Seed::content).toList());
  }

  /**
   * Reads damaged files.
   *
   * @param folder where the files are written, one after the other
   * @param count how many
   * @return how many of them were refused
   */
  public static int run(FuzzedReader reader, Path folder, int count, long randomSeed) {
    Fuzzer fuzzer = new Fuzzer(reader, folder, randomSeed);
    fuzzer.requireSoundSeeds();
    Thread worker = new Thread(() -> fuzzer.readAll(count), "fuzzer");
    worker.setDaemon(true);
    fuzzer.started = System.nanoTime();
    worker.start();
    fuzzer.watch(worker);
    if (fuzzer.failure != null) {
      throw fuzzer.failure;
    }
    return fuzzer.refused;
  }

  private void requireSoundSeeds() {
    for (Seed seed : reader.seeds()) {
      write(seed.file().apply(seed.content()));
      try {
        reader.reading().read(file);
      } catch (IOException | RuntimeException e) {
        throw new AssertionError(reader.name() + ": " + seed.name() + " is not sound", e);
      }
    }
  }

  private void watch(Thread worker) {
    try {
      while (worker.isAlive()) {
        worker.join(500);
        if (worker.isAlive() && System.nanoTime() - started > FOR_EVER.toNanos()) {
          throw new AssertionError(
              describe(seed(), edits()) + ": takes for ever, at\n" + trace(worker.getStackTrace()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String trace(StackTraceElement[] trace) {
    return Arrays.stream(trace).limit(30).map(e -> "  " + e).collect(Collectors.joining("\n"));
  }

  private void readAll(int count) {
    try {
      for (; number < count && failure == null; number++) {
        started = System.nanoTime();
        List<Edit> edits = edits();
        attempt(seed(), edits).ifPresent(cause -> fail(seed(), edits, cause));
      }
    } catch (RuntimeException e) {
      failure = new AssertionError("the fuzzer itself failed", e);
    }
  }

  private Seed seed() {
    return reader.seeds().get(number % reader.seeds().size());
  }

  /** Of the file's number alone, so that any file can be made again without those before. */
  private List<Edit> edits() {
    return mutator.edits(seed().content(), new Random((randomSeed + number) * SPREAD));
  }

  /** What went wrong, if anything did. */
  private Optional<Throwable> attempt(Seed seed, List<Edit> edits) {
    byte[] content = seed.content();
    for (Edit edit : edits) {
      content = edit.applyTo(content);
    }
    write(seed.file().apply(content));
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      reader.reading().read(file);
    } catch (BadInputException | IOException e) {
      refused++;
      if (e.getMessage() == null
          || e.getMessage().contains("\n")
          || !e.getMessage().contains(file.getParent().toString())) {
        return Optional.of(e);
      }
    } catch (RuntimeException | Error e) {
      return Optional.of(e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    return allocated > MOST_ALLOCATED
        ? Optional.of(new AssertionError("allocated " + allocated + " bytes"))
        : Optional.empty();
  }

  private void fail(Seed seed, List<Edit> edits, Throwable cause) {
    List<Edit> fewest = new ArrayList<>(edits);
    Throwable shrunk = cause;
    for (int i = 0; i < fewest.size() && fewest.size() > 1; ) {
      List<Edit> fewer = new ArrayList<>(fewest);
      fewer.remove(i);
      Optional<Throwable> same = attempt(seed, fewer);
      if (same.isPresent()) {
        fewest = fewer;
        shrunk = same.get();
      } else {
        i++;
      }
    }
    failure = new AssertionError(describe(seed, fewest), shrunk);
  }

  private String describe(Seed seed, List<Edit> edits) {
    return "%s, random seed %d, file %d: of %s, %s"
        .formatted(
            reader.name(),
            randomSeed,
            number,
            seed.name(),
            edits.stream().map(Edit::toString).collect(Collectors.joining(", then ")));
  }

  private void write(byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
