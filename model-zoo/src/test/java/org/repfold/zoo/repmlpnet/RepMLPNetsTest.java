package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Parameters;

class RepMLPNetsTest {
  @ParameterizedTest
  @CsvSource({
    "repmlpnet_t224,  38293608",
    "repmlpnet_b224,  68242712",
    "repmlpnet_t256,  58687848",
    "repmlpnet_b256,  96447512",
    "repmlpnet_d256,  86887648",
    "repmlpnet_l256, 117641560"
  })
  void publishedConfigurationHasItsPublishedParameterCount(String name, long expected) {
    assertEquals(
        expected,
        Parameters.trainable(
            RepMLPNet.configuration(
                RepMLPNets.named(name), GraphOptions.inference(DataType.FLOAT))));
  }

  @Test
  void unknownNameIsRefusedWithTheKnownOnes() {
    BadInputException error =
        assertThrows(BadInputException.class, () -> RepMLPNets.named("repmlpnet_x"));
    assertTrue(error.getMessage().contains("repmlpnet_x"));
    assertTrue(error.getMessage().contains("repmlpnet_t224"));
  }
}
