package org.repfold.converter.io.dl4j.layers;

import java.util.List;

/** A layer configuration that says what its parameters are in official PyTorch checkpoints. */
public interface OfficialParameters {

  /** All parameters, in the order of the official state dict. */
  List<OfficialParameter> officialParameters();
}
