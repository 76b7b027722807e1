package org.repfold.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.Folder;

class FoldYourOwnNetworkTest {

  @Test
  void everyBlockOfTheSampleBecomesOneConvolution() {
    assertEquals(
        Map.of("Conv", 5, "Relu", 5),
        Folder.fold(FoldYourOwnNetwork.network(5)).folded().operatorCounts());
  }
}
