/**
 * What MLP-Mixer, ResMLP and gMLP share, as in timm: an image is cut into patches, each patch
 * becomes a token, blocks of one size mix tokens and channels, and the mean of the tokens is
 * classified.
 */
package org.repfold.zoo.tokens;
