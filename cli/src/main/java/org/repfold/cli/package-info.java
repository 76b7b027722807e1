/**
 * The {@code repfold} command: options, progress, messages, exit codes. Each command is a class of
 * its own that calls the libraries and words their results. Nothing that a program embedding
 * Repfold might need is here.
 */
package org.repfold.cli;
