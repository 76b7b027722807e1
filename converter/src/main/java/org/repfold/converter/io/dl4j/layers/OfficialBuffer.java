package org.repfold.converter.io.dl4j.layers;

import org.repfold.graph.Tensor;

/**
 * A constant that a family's official PyTorch code saves with a module, a buffer: what it holds
 * follows from the configuration.
 *
 * @param leaf its name within the module
 * @param value what it holds
 */
public record OfficialBuffer(String leaf, Tensor value) {}
