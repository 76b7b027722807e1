/**
 * Conversion as a whole: train form in, deploy form out. Folding, lowering, executing, verifying,
 * reporting, and reading and writing files are in the sub-packages. Nothing here knows a model's
 * name.
 */
package org.repfold.converter;
