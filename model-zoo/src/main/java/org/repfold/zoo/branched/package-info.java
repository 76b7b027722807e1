/**
 * Networks that are one chain of convolutions, each trained as parallel branches and deployed as
 * one plain convolution: what the families RepVGG and MobileOne share. How many convolutions there
 * are, and what they are called, belongs to the families. Blocks of the same kind by others,
 * ACNet's and DiverseBranchBlock, stand here too.
 */
package org.repfold.zoo.branched;
