package org.repfold.converter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.BadInputException;

class ReportJsonTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonSchema SCHEMA = schema();

  private static final Report REPORT = Reports.PASSED;

  private static JsonSchema schema() {
    try {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(Files.readString(Path.of("..", "docs", "report.schema.json")));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static JsonNode parse(Report written) throws Exception {
    return JSON.readTree(ReportJson.write(written));
  }

  @Test
  void conformsToThePublishedSchema() throws Exception {
    assertEquals(Set.of(), SCHEMA.validate(parse(REPORT)));
  }

  @Test
  void aFailedReportConformsToThePublishedSchema() throws Exception {
    assertEquals(Set.of(), SCHEMA.validate(parse(Reports.FAILED)));
  }

  @Test
  void aReportOfAnInfiniteWeightConformsToThePublishedSchema() throws Exception {
    assertEquals(Set.of(), SCHEMA.validate(parse(Reports.INFINITE)));
  }

  @Test
  void aReportOfARefutedFoldConformsToThePublishedSchema() throws Exception {
    JsonNode document = parse(Reports.REFUTED);

    assertEquals(Set.of(), SCHEMA.validate(document));
    assertEquals("refuted", document.at("/folds/0/certificate/outcome").asText());
    assertEquals("sampled", document.at("/folds/1/certificate/outcome").asText());
    assertEquals("certified", document.at("/folds/2/certificate/outcome").asText());
  }

  @Test
  void theSchemaRefusesAPropertyThatItDoesNotName() throws Exception {
    JsonNode document = parse(REPORT);
    ((com.fasterxml.jackson.databind.node.ObjectNode) document).put("extra", 1);

    assertFalse(SCHEMA.validate(document).isEmpty());
  }

  @Test
  void isTheSameBytesForTheSameConversionButForTimings() {
    Report again = ExampleReport.of(ExampleNet.build(1));

    assertEquals(
        ReportJson.write(REPORT.withoutTimings()), ReportJson.write(again.withoutTimings()));
  }

  @Test
  void readsTheTrainingOfAReportBack(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("report.json"), ReportJson.write(REPORT));

    assertEquals(REPORT.timings().training(), ReportJson.training(file));
  }

  @Test
  void refusesAReportThatTellsOfNoTraining(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(folder.resolve("report.json"), ReportJson.write(REPORT.withoutTimings()));

    assertThrows(BadInputException.class, () -> ReportJson.training(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"timings\": {\"training\": [{\"epoch\": \"x\"}]}}"})
  void refusesToReadATrainingFromWhatIsNoReport(String text, @TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("report.json"), text);

    assertThrows(BadInputException.class, () -> ReportJson.training(file));
  }

  @Test
  void keepsTimingsInOnePlaceAtTheEnd() throws Exception {
    List<String> names = new ArrayList<>();
    parse(REPORT).fieldNames().forEachRemaining(names::add);

    assertEquals("timings", names.get(names.size() - 1));
    assertEquals(
        ReportJson.write(REPORT).split("\"timings\"")[0],
        ReportJson.write(REPORT.withoutTimings()).split("\"timings\"")[0]);
  }

  @Test
  void writesNumbersThatAreNotFiniteAsNull() throws Exception {
    Timings timings =
        new Timings(
            List.of(new Timings.Speed("train", "dl4j", 1, Double.NaN, Double.POSITIVE_INFINITY, 0)),
            List.of(new Timings.Epoch(1, Double.NaN, Double.NEGATIVE_INFINITY, null, 1)),
            java.util.Map.of());

    JsonNode written = parse(Broken.with(REPORT, timings)).get("timings");

    assertTrue(written.at("/speed/0/medianMs").isNull());
    assertTrue(written.at("/speed/0/p95Ms").isNull());
    assertTrue(written.at("/training/0/loss").isNull());
    assertTrue(written.at("/training/0/trainingAccuracy").isNull());
  }

  @Test
  void givesWhatVerifyPromisesAtTheTopLevel() throws Exception {
    JsonNode document = parse(REPORT);

    assertTrue(document.get("passed").asBoolean());
    assertTrue(document.at("/algebra/maxRelative").isNumber());
    assertTrue(document.at("/rounding/maxUlp").isNumber());
    assertTrue(document.at("/behaviour/train").isObject());
    assertTrue(document.at("/behaviour/deploy").isObject());
    assertTrue(document.has("firstFailure") && document.get("firstFailure").isNull());
  }

  @Test
  void namesNodeAndFoldOfTheFirstFailure() throws Exception {
    JsonNode document = parse(Reports.FAILED);

    assertEquals("conv_embedding.conv", document.at("/firstFailure/node").asText());
    assertEquals("ConvBatchNorm", document.at("/firstFailure/fold").asText());
  }
}
