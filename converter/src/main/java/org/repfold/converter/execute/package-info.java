/**
 * Computing a graph: the reference executor on ND4J in float64 and float32, and the interface that
 * every engine implements which Repfold compares. Everything here is written to be right and plain,
 * not fast. Comparing results belongs in {@code verify}; running a deploy file in production
 * belongs in the runtimes.
 */
package org.repfold.converter.execute;
