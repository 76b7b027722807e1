package org.repfold.zoo.tokens;

import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.repfold.zoo.NetworkConfiguration;

/** What determines a network of equal blocks over tokens, one for each patch of the image. */
public interface TokenConfiguration extends NetworkConfiguration {

  /** What all such networks have; in JSON its components stand beside the others. */
  TokenSettings settings();

  /** The same network with other settings of those that all have. */
  TokenConfiguration with(TokenSettings settings);

  /** The same network, with what only its initial weights depend on at its default. */
  default TokenConfiguration plain() {
    return this;
  }

  @Override
  default int inChannels() {
    return settings().inChannels();
  }

  @Override
  default int classes() {
    return settings().classes();
  }

  @Override
  default int imageHeight() {
    return settings().imageHeight();
  }

  @Override
  default int imageWidth() {
    return settings().imageWidth();
  }

  @Override
  default List<Integer> blocks() {
    return List.of(settings().depth());
  }

  @Override
  default TokenConfiguration withBlocks(List<Integer> blocks) {
    require(blocks.size() == 1, "blocks: expected those of one stage, found %s", blocks);
    return with(settings().withDepth(blocks.get(0)));
  }
}
