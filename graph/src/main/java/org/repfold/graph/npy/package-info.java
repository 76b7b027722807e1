/**
 * Arrays in NumPy's {@code .npy} format, in and out. One file holds one tensor. Networks and
 * checkpoints have formats of their own.
 */
package org.repfold.graph.npy;
