/**
 * Files that appear whole or not at all. What any writer needs around its format: checks before
 * long work, a temporary file, and the rename. Formats are in packages of their own.
 */
package org.repfold.graph.file;
