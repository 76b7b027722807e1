/**
 * What the families of networks share: what a family is, DL4J graphs whose vertices are named as in
 * the official checkpoints, official initialisation, and loading of named weights. Each family has
 * a package of its own, {@code catalog} holds them together, data sets and the training loop have
 * their own too. General layers belong to the converter, and nothing here knows how a network is
 * folded.
 */
package org.repfold.zoo;
