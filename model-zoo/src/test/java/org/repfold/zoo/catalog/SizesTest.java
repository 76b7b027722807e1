package org.repfold.zoo.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Parameters;

/** The file of sizes holds what is measured now; if not, {@code scripts/zoo-sizes} is due. */
class SizesTest {

  static Stream<String> names() {
    return Families.architectures().stream().map(Architecture::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void trainFormHasItsParameters(String name) {
    NetworkSize size = Sizes.measured().get(name);

    assertNotNull(size, "run scripts/zoo-sizes");
    assertEquals(
        Parameters.trainable(
            Families.named(name)
                .configuration()
                .graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT))),
        size.train().parameters());
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("names")
  void bothFormsAreAsLargeAsMeasured(String name) {
    assertEquals(NetworkSize.measure(Families.named(name)), Sizes.measured().get(name));
  }
}
