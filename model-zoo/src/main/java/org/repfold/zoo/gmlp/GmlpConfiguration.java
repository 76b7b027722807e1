package org.repfold.zoo.gmlp;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.repfold.converter.io.dl4j.layers.AxisSlice;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;
import org.repfold.zoo.tokens.TokenConfiguration;
import org.repfold.zoo.tokens.TokenNetwork;
import org.repfold.zoo.tokens.TokenSettings;

/**
 * Everything that determines a gMLP (Liu, Dai, So and Le, "Pay Attention to MLPs", NeurIPS 2021,
 * arXiv 2105.08050), as timm builds it.
 *
 * @param settings what all networks over tokens have
 * @param hidden channels inside a block, an even number: half of them gate the others
 */
public record GmlpConfiguration(@JsonUnwrapped TokenSettings settings, int hidden)
    implements TokenConfiguration {
  private static final double EPSILON = 1e-6;

  /** timm leaves PyTorch's default in the gate alone. */
  private static final double GATE_EPSILON = 1e-5;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public GmlpConfiguration {
    positive("hidden", hidden);
    require(hidden % 2 == 0, "hidden: expected an even number, found %d", hidden);
  }

  @Override
  public GmlpConfiguration with(TokenSettings newSettings) {
    return new GmlpConfiguration(newSettings, hidden);
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    TokenNetwork network = TokenNetwork.of(settings, form, options);
    String x = network.blocks((prefix, input) -> block(network, prefix, input));
    return network.classify(network.layerNorm("norm", x, settings.channels(), EPSILON));
  }

  /** Section 2 of the paper. */
  private String block(TokenNetwork network, String prefix, String input) {
    int channels = settings.channels();
    String x = network.layerNorm(prefix + "norm", input, channels, EPSILON);
    String mlp = prefix + "mlp_channels.";
    x = network.linear(mlp + "fc1", x, TokenNetwork.CHANNELS, channels, hidden);
    x = network.gelu(mlp + "act", x);
    x = gate(network, mlp + "gate", x);
    x = network.linear(mlp + "fc2", x, TokenNetwork.CHANNELS, hidden / 2, channels);
    return network.residual(prefix + "add", input, x);
  }

  /** The spatial gating unit, equation 3. */
  private String gate(TokenNetwork network, String name, String input) {
    NetworkBuilder graph = network.graph();
    int half = hidden / 2;
    String u = graph.vertex(name + ".u", half(0, half), List.of(input));
    String v = graph.vertex(name + ".v", half(half, hidden), List.of(input));
    v = network.layerNorm(name + ".norm", v, half, GATE_EPSILON);
    v =
        network.linear(
            name + ".proj", v, TokenNetwork.TOKENS, settings.tokens(), settings.tokens());
    return graph.vertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Product), List.of(u, v));
  }

  private static AxisSlice half(int start, int end) {
    return new AxisSlice(TokenNetwork.CHANNELS, start, end);
  }
}
