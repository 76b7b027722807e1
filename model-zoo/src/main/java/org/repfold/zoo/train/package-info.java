/**
 * Training a DL4J graph on labelled images: recipe, learning-rate schedule, loop with progress,
 * checkpoints and exact resume, and evaluation. Any graph with one image input and one classifier
 * output will do. How networks are built and data is read is told elsewhere.
 */
package org.repfold.zoo.train;
