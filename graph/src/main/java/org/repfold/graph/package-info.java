/**
 * The model as data: graphs, nodes, operators, tensors, shapes, and the validator that says whether
 * a graph is well-formed. Everything here is immutable and free of native code, so that any module
 * may use it. Reading and writing files belongs in the sub-packages; folding and executing belong
 * in the converter.
 */
package org.repfold.graph;
