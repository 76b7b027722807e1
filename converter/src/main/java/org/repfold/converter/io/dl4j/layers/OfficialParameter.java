package org.repfold.converter.io.dl4j.layers;

import org.repfold.graph.Shape;

/**
 * A parameter as a family's official PyTorch code has it.
 *
 * @param leaf its name within the module; empty where the module's name is the parameter's
 * @param key of the same parameter in DL4J's table
 * @param shape its official shape; the row-major memory is that of the DL4J parameter
 */
public record OfficialParameter(String leaf, String key, Shape shape) {}
