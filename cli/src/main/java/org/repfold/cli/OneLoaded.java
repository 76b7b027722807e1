package org.repfold.cli;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.Engine;
import org.repfold.converter.io.ModelFile;

/**
 * Engines of which one at a time is loaded, the one that runs, so that the memory need not hold
 * several large models. Not thread-safe.
 */
final class OneLoaded {
  private Engine loaded;
  private Loading owner;

  /** An engine that loads the model when it runs, unless it was the last to run. */
  Engine engine(EngineName name, ModelFile model) {
    return new Loading(name, model);
  }

  private final class Loading implements Engine {
    private final EngineName name;
    private final ModelFile model;

    Loading(EngineName name, ModelFile model) {
      this.name = name;
      this.model = model;
    }

    @Override
    public String name() {
      return name.toString();
    }

    @Override
    public List<INDArray> run(List<INDArray> batches) {
      if (owner != this) {
        unload();
        loaded = name.load(model);
        owner = this;
      }
      return loaded.run(batches);
    }

    @Override
    public void close() {
      if (owner == this) {
        unload();
      }
    }
  }

  private void unload() {
    if (loaded != null) {
      loaded.close();
      loaded = null;
      owner = null;
    }
  }
}
