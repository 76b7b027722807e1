package org.repfold.converter.io.dl4j.layers;

import java.util.List;

/** A layer configuration whose official PyTorch module saves constants beside its parameters. */
public interface OfficialBuffers {

  /** All constants, in the order of the official state dict. */
  List<OfficialBuffer> officialBuffers();
}
