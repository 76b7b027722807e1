/**
 * Files as such: written whole or not at all, and read with every length checked. What any reader
 * or writer needs around its format: checks before long work, a temporary file and the rename,
 * numbers at a position. Formats are in packages of their own.
 */
package org.repfold.graph.file;
