package org.repfold.zoo.mixer;

import static org.repfold.zoo.Settings.positive;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.tokens.TokenConfiguration;
import org.repfold.zoo.tokens.TokenNetwork;

/**
 * Everything that determines an MLP-Mixer (Tolstikhin and others, "MLP-Mixer: An all-MLP
 * Architecture for Vision", NeurIPS 2021, arXiv 2105.01601), as timm builds it.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param patch height and width of a patch; it divides those of the image
 * @param depth number of blocks
 * @param channels channels of a token
 * @param tokenHidden hidden size of the perceptron over tokens
 * @param channelHidden hidden size of the perceptron over channels
 */
public record MixerConfiguration(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int patch,
    int depth,
    int channels,
    int tokenHidden,
    int channelHidden)
    implements TokenConfiguration {
  private static final double EPSILON = 1e-6;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public MixerConfiguration {
    TokenConfiguration.validate(
        inChannels, classes, imageHeight, imageWidth, patch, depth, channels);
    positive("tokenHidden", tokenHidden);
    positive("channelHidden", channelHidden);
  }

  @Override
  public MixerConfiguration withDepth(int newDepth) {
    return new MixerConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        patch,
        newDepth,
        channels,
        tokenHidden,
        channelHidden);
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    TokenNetwork network = TokenNetwork.of(this, form, options);
    String x = network.stem();
    for (int block = 0; block < depth; block++) {
      x = block(network, "blocks.%d.".formatted(block), x);
    }
    return network.classify(network.layerNorm("norm", x, channels, EPSILON));
  }

  /** Equation 1 of the paper. */
  private String block(TokenNetwork network, String prefix, String input) {
    String x = network.layerNorm(prefix + "norm1", input, channels, EPSILON);
    x = network.perceptron(prefix + "mlp_tokens", x, TokenNetwork.TOKENS, tokens(), tokenHidden);
    String mixed = network.residual(prefix + "add1", input, x);
    x = network.layerNorm(prefix + "norm2", mixed, channels, EPSILON);
    x =
        network.perceptron(
            prefix + "mlp_channels", x, TokenNetwork.CHANNELS, channels, channelHidden);
    return network.residual(prefix + "add2", mixed, x);
  }
}
