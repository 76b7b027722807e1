package org.repfold.converter.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The style sheets that pages and drawings carry inside them. */
final class Styles {
  /** Colours, and how a network is drawn. */
  static final String DRAWING = read("drawing.css");

  /** How the report's page is laid out, with the colours of {@link #DRAWING}. */
  static final String PAGE = read("report.css");

  private Styles() {}

  private static String read(String name) {
    try (InputStream in = Styles.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
