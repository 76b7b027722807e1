/**
 * What readers and writers of any format share. Files that appear whole or not at all, the elements
 * of tensors as bytes, and what the system says when it refuses. Formats are in packages of their
 * own.
 */
package org.repfold.graph.file;
