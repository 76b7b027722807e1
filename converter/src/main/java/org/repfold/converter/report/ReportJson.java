package org.repfold.converter.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.repfold.converter.verify.Verification;
import org.repfold.graph.BadInputException;

/**
 * Reports as JSON: the same bytes for the same report on every machine, and numbers that are not
 * finite as null, since JSON has none.
 */
public final class ReportJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          // The JDK's own conversion of numbers to text differs between its versions.
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .addModule(
              new SimpleModule()
                  .addSerializer(Double.class, new FiniteOrNull())
                  .addSerializer(Double.TYPE, new FiniteOrNull()))
          .build();

  private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");

  private ReportJson() {}

  /** The document, indented, with a line end at its end. */
  public static String write(Report report) {
    return text(report);
  }

  /** A verification alone, as the same properties of a report. */
  public static String write(Verification verification) {
    return text(verification);
  }

  /**
   * The training that a report tells of.
   *
   * @return at least one epoch
   * @throws BadInputException if the file is no report or tells of no training
   */
  public static List<Timings.Epoch> training(Path report) {
    List<Timings.Epoch> epochs;
    try {
      JsonNode training = MAPPER.readTree(report.toFile()).path("timings").path("training");
      epochs = MAPPER.convertValue(training, new TypeReference<List<Timings.Epoch>>() {});
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(report + ": expected a report of Repfold", e);
    }
    if (epochs == null || epochs.isEmpty()) {
      throw new BadInputException(report + ": expected a report that tells of a training");
    }
    return epochs;
  }

  private static String text(Object document) {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(INDENT);
    try {
      return MAPPER.writer(printer).writeValueAsString(document) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class FiniteOrNull extends StdSerializer<Double> {
    private static final long serialVersionUID = 1;

    FiniteOrNull() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        out.writeNumber(value.doubleValue());
      } else {
        out.writeNull();
      }
    }
  }
}
