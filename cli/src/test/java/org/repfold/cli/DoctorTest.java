package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DoctorTest {

  @Test
  @Tag("slow")
  void theDoctorNamesBackendBlasAndItsSpeed() throws IOException {
    JsonNode facts =
        new ObjectMapper().readTree(CommandResult.of("doctor", "--json").assertDone().out());

    for (String fact : new String[] {"backend", "blas", "instructionSets", "problems"}) {
      assertTrue(facts.has(fact), fact);
    }
    assertTrue(facts.get("gemmGigaFlops").asDouble() > 0);
  }
}
