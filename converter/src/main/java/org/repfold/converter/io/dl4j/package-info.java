/**
 * DL4J computation graphs in and out: a reader that gives a graph of operators, a writer that gives
 * a DL4J graph back, and the interface by which configurations that DL4J lacks describe themselves
 * to the reader. Layers that DL4J lacks belong in the sub-package {@code layers}. No fold and no
 * knowledge of a particular network belongs here.
 */
package org.repfold.converter.io.dl4j;
