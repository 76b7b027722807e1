package org.repfold.converter.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportWriterTest {
  private static final String HOSTILE = "<script>alert('&\"]]>')</script>\u0001|`*";

  private static final Pattern NOT_FINITE =
      Pattern.compile(" (d|x|y|x1|x2|y1|y2|cx|cy|width|height|viewBox)=\"[^\"]*(NaN|Infinity)");

  private static final Report PASSED = Reports.PASSED;
  private static final Report FAILED = Reports.FAILED;
  private static final Report HOSTILE_NAMES = ExampleReport.of(prefixed(ExampleNet.build(1)));

  @TempDir Path folder;

  static Stream<Report> reports() {
    return Stream.of(PASSED, FAILED, HOSTILE_NAMES, Reports.INFINITE, Reports.REFUTED);
  }

  private static Graph prefixed(Graph graph) {
    return Graph.of(
        graph.inputs(),
        graph.nodes().stream()
            .map(
                node ->
                    new Node(
                        HOSTILE + node.name(),
                        node.operator(),
                        node.inputs().stream()
                            .map(input -> input.equals("input") ? input : HOSTILE + input)
                            .toList()))
            .toList(),
        graph.outputs().stream().map(output -> HOSTILE + output).toList());
  }

  private static Document parse(String xml) throws Exception {
    DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    builder.setEntityResolver((publicId, systemId) -> new InputSource(new StringReader("")));
    return builder.parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void writesAllFourFiles() throws Exception {
    ReportWriter.write(PASSED, folder, false);

    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          Set.of("report.json", "report.html", "report.md", "report-junit.xml"),
          files
              .map(file -> file.getFileName().toString())
              .collect(java.util.stream.Collectors.toSet()));
    }
  }

  @Test
  void writesNothingWhereOneFileExists() throws Exception {
    Path existing = Files.writeString(folder.resolve("report.md"), "mine");

    assertThrows(BadInputException.class, () -> ReportWriter.write(PASSED, folder, false));

    assertEquals("mine", Files.readString(existing));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(existing), files.toList());
    }
  }

  @Test
  void replacesFilesIfForced() throws Exception {
    ReportWriter.write(FAILED, folder, false);
    ReportWriter.write(PASSED, folder, true);

    assertTrue(Files.readString(folder.resolve("report.md")).startsWith("# Repfold: equivalent"));
  }

  @Test
  void saysHowManyFoldsAreCertified() throws Exception {
    ReportWriter.write(PASSED, folder, false);

    int folds = PASSED.folds().size();
    assertTrue(
        Files.readString(folder.resolve("report.md"))
            .contains("folds certified for all inputs | passed | " + folds + " | of " + folds));
    assertTrue(
        Files.readString(folder.resolve("report.html"))
            .contains("<th scope=\"row\">Folds certified for all inputs</th><td>" + folds));
    assertTrue(Files.readString(folder.resolve("report-junit.xml")).contains("(certified)"));
  }

  @Test
  void saysWhichEntryOfARefutedFoldDiffersAndWhyAFoldIsSampled() throws Exception {
    ReportWriter.write(Reports.REFUTED, folder, false);

    String entry = "[0, 3]: expected 1.5, found 1.25";
    for (String file : List.of("report.html", "report-junit.xml")) {
      assertTrue(Files.readString(folder.resolve(file)).contains(entry), file);
    }
    assertTrue(
        Files.readString(folder.resolve("report.html"))
            .contains("sampled: it has a &lt;function&gt;"));
    assertTrue(
        Files.readString(folder.resolve("report.md")).startsWith("# Repfold: not equivalent"));
  }

  @Test
  void writesTheSameBytesInEveryLocale() throws Exception {
    Locale before = Locale.getDefault();
    Path other = Files.createDirectory(folder.resolve("other"));
    try {
      Locale.setDefault(Locale.ROOT);
      ReportWriter.write(PASSED, folder, false);
      Locale.setDefault(new Locale.Builder().setLanguage("ar").setRegion("EG").build());
      ReportWriter.write(PASSED, other, false);
    } finally {
      Locale.setDefault(before);
    }

    for (String file : List.of("report.json", "report.html", "report.md", "report-junit.xml")) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve(file)), Files.readAllBytes(other.resolve(file)), file);
    }
  }

  @ParameterizedTest
  @MethodSource("reports")
  void thePageIsWellFormed(Report report) throws Exception {
    Document page = parse(HtmlPage.of(report));

    assertEquals("html", page.getDocumentElement().getTagName());
    assertFalse(NOT_FINITE.matcher(HtmlPage.of(report)).find(), "a coordinate that is not finite");
  }

  @ParameterizedTest
  @MethodSource("reports")
  void thePageLoadsNothing(Report report) throws Exception {
    String text = HtmlPage.of(report);
    Set<String> loading = new TreeSet<>();
    NodeList elements = parse(text).getElementsByTagName("*");
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      if (Set.of("script", "link", "img", "iframe", "object", "embed", "use", "image", "base")
          .contains(element.getTagName())) {
        loading.add(element.getTagName());
      }
      for (String attribute : List.of("src", "href", "style", "onload")) {
        if (element.hasAttribute(attribute)) {
          loading.add(attribute);
        }
      }
    }

    assertEquals(Set.of(), loading);
    assertFalse(text.contains("url(") || text.contains("@import"));
  }

  @Test
  void noNameBecomesMarkup() throws Exception {
    String page = HtmlPage.of(HOSTILE_NAMES);

    assertFalse(page.contains("<script"));
    assertTrue(page.contains("&lt;script&gt;alert(&#39;&amp;&quot;]]&gt;&#39;)"));
    assertFalse(MarkdownSummary.of(HOSTILE_NAMES).contains("<script"));
  }

  @Test
  void nodeNamesSurviveInTheJUnitFile() throws Exception {
    NodeList cases = parse(JUnitXml.of(HOSTILE_NAMES)).getElementsByTagName("testcase");
    String name = ((Element) cases.item(cases.getLength() - 1)).getAttribute("name");

    assertTrue(name.contains("<script>alert('&\"]]>')</script>\ufffd|`*"), name);
  }

  @Test
  void theJUnitFileHasACaseForEachCheck() throws Exception {
    Element suite = parse(JUnitXml.of(PASSED)).getDocumentElement();

    int expected = 2 + PASSED.behaviour().engines().size() + PASSED.folds().size();
    assertEquals(Integer.toString(expected), suite.getAttribute("tests"));
    assertEquals("0", suite.getAttribute("failures"));
  }

  @Test
  void theJUnitFileCountsWhatFailed() throws Exception {
    Element suite = parse(JUnitXml.of(FAILED)).getDocumentElement();

    int failures = suite.getElementsByTagName("failure").getLength();
    assertTrue(failures > 0);
    assertEquals(Integer.toString(failures), suite.getAttribute("failures"));
  }

  @Test
  void thePageOfAFailureNamesTheFoldAndTheNode() {
    String page = HtmlPage.of(FAILED);

    assertTrue(page.contains("Not equivalent"));
    assertTrue(
        page.contains("<code>conv_embedding.conv</code>, made by <code>ConvBatchNorm</code>"));
  }

  @Test
  void thePageShowsEveryOperatorOfBothForms() throws Exception {
    NodeList groups = parse(HtmlPage.of(PASSED)).getElementsByTagName("g");
    long chips = 0;
    for (int i = 0; i < groups.getLength(); i++) {
      String style = ((Element) groups.item(i)).getAttribute("class");
      chips += style.startsWith("chip ") && !style.equals("chip source") ? 1 : 0;
    }

    assertEquals(SizeTable.operators(PASSED.before()) + SizeTable.operators(PASSED.after()), chips);
  }

  @Test
  void aReportWithoutDataAndTimingsIsStillAPage() throws Exception {
    Report bare =
        new Report(
            PASSED.schemaVersion(),
            PASSED.passed(),
            PASSED.algebra(),
            PASSED.rounding(),
            PASSED.behaviour(),
            null,
            List.of(),
            PASSED.provenance(),
            List.of(),
            PASSED.before(),
            PASSED.after(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            OutputDifferences.none(),
            List.of(),
            Timings.none());

    Document page = parse(HtmlPage.of(bare));

    assertTrue(page.getDocumentElement().getTextContent().contains("No value was compared."));
  }

  @Test
  void anErrorThatIsNotFiniteIsNotShownAsANumber() {
    assertTrue(HtmlPage.of(Reports.INFINITE).contains("<p class=\"number\">not finite</p>"));
    assertTrue(MarkdownSummary.of(Reports.INFINITE).contains("| **failed** | not finite |"));
  }
}
