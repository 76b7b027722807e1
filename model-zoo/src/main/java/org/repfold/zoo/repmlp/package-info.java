/**
 * RepMLP (Ding et al., "RepMLP: Re-parameterizing Convolutions into Fully-connected Layers for
 * Image Recognition", arXiv 2105.01883): the block, the light and the bottleneck unit that hold
 * one, and ResNets of such units.
 */
package org.repfold.zoo.repmlp;
