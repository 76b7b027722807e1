/**
 * Model files of any kind that Repfold knows: telling which kind a file is, reading it, and its
 * fingerprint. Each framework's own format is in a sub-package or in the graph module. Nothing here
 * folds or runs a model.
 */
package org.repfold.converter.io;
