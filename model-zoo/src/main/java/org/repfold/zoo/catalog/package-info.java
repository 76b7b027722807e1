/**
 * All families together: networks found by name, by file, or by their tensors, and how large they
 * are. What one family needs belongs to its own package; what several need belongs to the package
 * above.
 */
package org.repfold.zoo.catalog;
