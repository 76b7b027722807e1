/**
 * RepVGG: its configurations, the names of its modules, and how a network is told from its tensors.
 * What it shares with other networks of branched convolutions belongs to {@code
 * org.repfold.zoo.branched}.
 */
package org.repfold.zoo.repvgg;
