/**
 * Checkpoints in the safetensors format. Tensors go by the names that the file gives them, and
 * nothing is trusted that a file says about itself. What the names mean to a network is not known
 * here.
 */
package org.repfold.graph.safetensors;
