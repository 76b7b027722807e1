package org.repfold.converter.fold.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.Graph;

class GraphCodeTest {
  private static final int GRAPHS = 25;

  /** So few that one method may initialise them. */
  private static final int PARAMETERS = 200;

  private final List<Graph> graphs =
      LongStream.iterate(0, seed -> seed + 1)
          .mapToObj(RandomGraph::of)
          .filter(graph -> graph.parameterCount() <= PARAMETERS)
          .limit(GRAPHS)
          .toList();

  @Test
  void thePrintedCodeBuildsTheGraph(@TempDir Path folder) throws Exception {
    StringBuilder source = new StringBuilder("package org.repfold.converter.fold.fuzz;\n");
    source.append("import java.util.*;\nimport org.repfold.graph.*;\n");
    source.append("public class Printed {\n");
    for (int i = 0; i < GRAPHS; i++) {
      source
          .append("public static Graph graph" + i + "() {\n")
          .append(GraphCode.of(graphs.get(i)))
          .append("return graph.build();\n}\n");
    }
    source.append(
        "static class OtherMotifs { static final Operator.Opaque.Body SOFTSIGN = new Operator.Opaque.Body() {}; }\n}\n");
    Path file = Files.writeString(folder.resolve("Printed.java"), source);

    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                file.toString());

    assertEquals(0, result);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Class<?> printed = loader.loadClass("org.repfold.converter.fold.fuzz.Printed");
      List<String> wanted = new ArrayList<>();
      List<String> found = new ArrayList<>();
      for (int i = 0; i < GRAPHS; i++) {
        wanted.add(GraphCode.of(graphs.get(i)));
        found.add(GraphCode.of((Graph) printed.getMethod("graph" + i).invoke(null)));
      }
      assertEquals(wanted, found);
    }
  }
}
