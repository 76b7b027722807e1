/**
 * Checkpoints in the safetensors format. The header, its checks and the element types are known
 * here alone. What a tensor's name means to a network is not.
 */
package org.repfold.graph.safetensors;
