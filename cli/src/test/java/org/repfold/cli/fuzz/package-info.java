/**
 * Files that readers do not expect. Seeds, the changes made to them and the watch over a reader
 * belong here; which readers there are, and what is a file for each, does not.
 */
package org.repfold.cli.fuzz;
