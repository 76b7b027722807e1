package org.repfold.graph;

/**
 * A value that whoever runs the graph supplies.
 *
 * @param shape its shape, the batch axis {@link Shape#UNKNOWN}
 */
public record Input(String name, Shape shape) {}
