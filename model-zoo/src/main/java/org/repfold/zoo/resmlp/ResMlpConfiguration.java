package org.repfold.zoo.resmlp;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.converter.io.dl4j.layers.Affine;
import org.repfold.converter.io.dl4j.layers.LayerScale;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;
import org.repfold.zoo.tokens.TokenConfiguration;
import org.repfold.zoo.tokens.TokenNetwork;

/**
 * Everything that determines a ResMLP (Touvron and others, "ResMLP: Feedforward networks for image
 * classification with data-efficient training", arXiv 2105.03404), as timm builds it.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param patch height and width of a patch; it divides those of the image
 * @param depth number of blocks
 * @param channels channels of a token
 * @param hidden hidden size of the perceptron over channels
 * @param layerScale every factor of LayerScale before training
 */
public record ResMlpConfiguration(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int patch,
    int depth,
    int channels,
    int hidden,
    double layerScale)
    implements TokenConfiguration {
  /** What timm starts LayerScale with, unless a network states another. */
  static final double DEFAULT_LAYER_SCALE = 1e-4;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public ResMlpConfiguration {
    TokenConfiguration.validate(
        inChannels, classes, imageHeight, imageWidth, patch, depth, channels);
    positive("hidden", hidden);
    require(
        layerScale > 0 && layerScale <= 1,
        "layerScale: expected a factor above 0 and at most 1, found %s",
        layerScale);
  }

  @Override
  public ResMlpConfiguration plain() {
    return new ResMlpConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        patch,
        depth,
        channels,
        hidden,
        DEFAULT_LAYER_SCALE);
  }

  @Override
  public ResMlpConfiguration withDepth(int newDepth) {
    return new ResMlpConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        patch,
        newDepth,
        channels,
        hidden,
        layerScale);
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    TokenNetwork network = TokenNetwork.of(this, form, options);
    String x = network.stem();
    for (int block = 0; block < depth; block++) {
      x = block(network, "blocks.%d.".formatted(block), x);
    }
    return network.classify(network.graph().layer("norm", x, new Affine(channels)));
  }

  /** Equations 2 and 3 of the paper. */
  private String block(TokenNetwork network, String prefix, String input) {
    NetworkBuilder graph = network.graph();
    String x = graph.layer(prefix + "norm1", input, new Affine(channels));
    x = network.linear(prefix + "linear_tokens", x, TokenNetwork.TOKENS, tokens(), tokens());
    x = graph.layer(prefix + "ls1", x, new LayerScale(channels, layerScale));
    String mixed = network.residual(prefix + "add1", input, x);
    x = graph.layer(prefix + "norm2", mixed, new Affine(channels));
    x = network.perceptron(prefix + "mlp_channels", x, TokenNetwork.CHANNELS, channels, hidden);
    x = graph.layer(prefix + "ls2", x, new LayerScale(channels, layerScale));
    return network.residual(prefix + "add2", mixed, x);
  }
}
