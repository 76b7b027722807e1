package org.repfold.zoo.resmlp;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.converter.io.dl4j.layers.Affine;
import org.repfold.converter.io.dl4j.layers.LayerScale;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;
import org.repfold.zoo.tokens.TokenConfiguration;
import org.repfold.zoo.tokens.TokenNetwork;
import org.repfold.zoo.tokens.TokenSettings;

/**
 * Everything that determines a ResMLP (Touvron and others, "ResMLP: Feedforward networks for image
 * classification with data-efficient training", arXiv 2105.03404), as timm builds it.
 *
 * @param settings what all networks over tokens have
 * @param hidden hidden size of the perceptron over channels
 * @param layerScale every factor of LayerScale before training
 */
public record ResMlpConfiguration(
    @JsonUnwrapped TokenSettings settings, int hidden, double layerScale)
    implements TokenConfiguration {
  /** What timm starts LayerScale with, unless a network states another. */
  static final double DEFAULT_LAYER_SCALE = 1e-4;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public ResMlpConfiguration {
    positive("hidden", hidden);
    require(
        layerScale > 0 && layerScale <= 1,
        "layerScale: expected a factor above 0 and at most 1, found %s",
        layerScale);
  }

  @Override
  public ResMlpConfiguration plain() {
    return new ResMlpConfiguration(settings, hidden, DEFAULT_LAYER_SCALE);
  }

  @Override
  public ResMlpConfiguration with(TokenSettings newSettings) {
    return new ResMlpConfiguration(newSettings, hidden, layerScale);
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    TokenNetwork network = TokenNetwork.of(settings, form, options);
    String x = network.blocks((prefix, input) -> block(network, prefix, input));
    return network.classify(network.graph().layer("norm", x, new Affine(settings.channels())));
  }

  /** Equations 2 and 3 of the paper. */
  private String block(TokenNetwork network, String prefix, String input) {
    NetworkBuilder graph = network.graph();
    int channels = settings.channels();
    String x = graph.layer(prefix + "norm1", input, new Affine(channels));
    x =
        network.linear(
            prefix + "linear_tokens", x, TokenNetwork.TOKENS, settings.tokens(), settings.tokens());
    x = graph.layer(prefix + "ls1", x, new LayerScale(channels, layerScale));
    String mixed = network.residual(prefix + "add1", input, x);
    x = graph.layer(prefix + "norm2", mixed, new Affine(channels));
    x = network.perceptron(prefix + "mlp_channels", x, TokenNetwork.CHANNELS, channels, hidden);
    x = graph.layer(prefix + "ls2", x, new LayerScale(channels, layerScale));
    return network.residual(prefix + "add2", mixed, x);
  }
}
