package org.repfold.converter.io.dl4j;

/**
 * A DL4J layer, vertex or activation configuration that states the graph operators it stands for.
 * Configurations that are not DL4J's own implement it, so that {@link Dl4jReader} can read them.
 *
 * <p>A layer that applies an activation function ends in {@link VertexBuilder#activate}.
 */
public interface SelfDescribing {

  /**
   * Adds the operators to {@code vertex}.
   *
   * @return the name of the value that the configuration computes: one that {@link
   *     VertexBuilder#add} gave, or an input where it passes that on unchanged
   * @throws org.repfold.graph.BadInputException if the inputs' shapes do not fit
   */
  String describe(VertexBuilder vertex);
}
