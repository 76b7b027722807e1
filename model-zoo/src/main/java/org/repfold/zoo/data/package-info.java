/**
 * Labelled images: reading IDX files, normalisation, augmentation and seeded order. Everything
 * random follows from a seed and the position in training, so that a resumed run sees the same
 * batches. Networks and optimisation do not belong here.
 */
package org.repfold.zoo.data;
