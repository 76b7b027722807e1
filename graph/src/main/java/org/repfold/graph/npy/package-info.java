/**
 * NumPy's array files, the form in which the command line takes inputs and gives outputs. Only
 * plain arrays of float32 and float64 in C order; archives of several arrays are not read.
 */
package org.repfold.graph.npy;
