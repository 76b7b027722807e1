package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A network with a layer whose class comes from a user's jar. */
class OwnLayerTest {
  private static final String SOURCE =
      """
      package com.example;

      import org.deeplearning4j.nn.conf.inputs.InputType;
      import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
      import org.nd4j.autodiff.samediff.SDVariable;
      import org.nd4j.autodiff.samediff.SameDiff;

      public class Ripple extends SameDiffLambdaLayer {
        @Override
        public InputType getOutputType(int index, InputType input) {
          return input;
        }

        @Override
        public SDVariable defineLayer(SameDiff graph, SDVariable input) {
          return input.add(graph.math().sin(input));
        }
      }
      """;

  @TempDir Path folder;
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private Path jar;
  private Path train;

  @BeforeEach
  void writeJarAndModel() throws Exception {
    Path source = Files.writeString(folder.resolve("Ripple.java"), SOURCE);
    Path classes = Files.createDirectory(folder.resolve("classes"));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                source.toString());
    assertEquals(0, failed);
    jar = folder.resolve("layers.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("com/example/Ripple.class"));
      Files.copy(classes.resolve("com/example/Ripple.class"), out);
    }
    train = folder.resolve("train.zip");
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(loader);
      network((Layer) loader.loadClass("com.example.Ripple").getConstructor().newInstance())
          .save(train.toFile(), false);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @AfterEach
  void forgetTheJar() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private static ComputationGraph network(Layer own) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.FLOAT)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("input")
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
                .addLayer("bn", new BatchNormalization(), "conv")
                .addLayer("ripple", own, "bn")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(3)
                        .build(),
                    "ripple")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(6, 6, 2))
                .build());
    network.init();
    return network;
  }

  @Test
  void itsNetworkIsConvertedAndVerified() throws IOException {
    Path deploy = folder.resolve("deploy.zip");
    CommandResult.of("convert", train, "-o", deploy, "--classes", jar).assertDone();
    CommandResult.of("verify", train, deploy, "--classes", jar).assertDone();
    JsonNode inspected =
        new ObjectMapper()
            .readTree(
                CommandResult.of("inspect", deploy, "--classes", jar, "--json").assertDone().out());
    assertEquals(1, inspected.get("operators").get("Opaque").asInt());
    assertEquals(0, inspected.get("operators").get("BatchNormalization").asInt());
  }

  @Test
  void itsNetworkIsNotWrittenAsOnnx() {
    Path deploy = folder.resolve("deploy.onnx");
    CommandResult.of("convert", train, "-o", deploy, "--classes", jar)
        .assertBadInput("node 'ripple' (Ripple)", "convert to a DL4J zip instead");
    assertFalse(Files.exists(deploy));
  }

  @Test
  void itsClassIsRefusedWithoutTheJar() {
    CommandResult.of("convert", train, "-o", folder.resolve("deploy.zip"))
        .assertBadInput("train.zip", "'com.example.Ripple'");
  }

  @Test
  void aJarThatIsNoneIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
    CommandResult.of("inspect", train, "--classes", text).assertBadInput("text.jar", "a jar");
    CommandResult.of("inspect", train, "--classes", folder.resolve("none.jar"))
        .assertBadInput("none.jar", "no such file");
    assertTrue(Files.exists(train));
  }
}
