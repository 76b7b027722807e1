/**
 * Train forms as DL4J graphs, built from configuration records and named as in the official
 * checkpoints, with the published configurations, official initialisation and loading of named
 * weights. Data sets and the training loop have packages of their own. General layers belong to the
 * converter, and nothing here knows how a network is folded.
 */
package org.repfold.zoo;
