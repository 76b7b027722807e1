package org.repfold.zoo.mixer;

import static org.repfold.zoo.Settings.positive;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.tokens.TokenConfiguration;
import org.repfold.zoo.tokens.TokenNetwork;
import org.repfold.zoo.tokens.TokenSettings;

/**
 * Everything that determines an MLP-Mixer (Tolstikhin and others, "MLP-Mixer: An all-MLP
 * Architecture for Vision", NeurIPS 2021, arXiv 2105.01601), as timm builds it.
 *
 * @param settings what all networks over tokens have
 * @param tokenHidden hidden size of the perceptron over tokens
 * @param channelHidden hidden size of the perceptron over channels
 */
public record MixerConfiguration(
    @JsonUnwrapped TokenSettings settings, int tokenHidden, int channelHidden)
    implements TokenConfiguration {
  private static final double EPSILON = 1e-6;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public MixerConfiguration {
    positive("tokenHidden", tokenHidden);
    positive("channelHidden", channelHidden);
  }

  @Override
  public MixerConfiguration with(TokenSettings newSettings) {
    return new MixerConfiguration(newSettings, tokenHidden, channelHidden);
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    TokenNetwork network = TokenNetwork.of(settings, form, options);
    String x = network.blocks((prefix, input) -> block(network, prefix, input));
    return network.classify(network.layerNorm("norm", x, settings.channels(), EPSILON));
  }

  /** Equation 1 of the paper. */
  private String block(TokenNetwork network, String prefix, String input) {
    int channels = settings.channels();
    String x = network.layerNorm(prefix + "norm1", input, channels, EPSILON);
    x =
        network.perceptron(
            prefix + "mlp_tokens", x, TokenNetwork.TOKENS, settings.tokens(), tokenHidden);
    String mixed = network.residual(prefix + "add1", input, x);
    x = network.layerNorm(prefix + "norm2", mixed, channels, EPSILON);
    x =
        network.perceptron(
            prefix + "mlp_channels", x, TokenNetwork.CHANNELS, channels, channelHidden);
    return network.residual(prefix + "add2", mixed, x);
  }
}
