/**
 * Certificates: each fold compared as matrices, for all inputs. Both sides of a fold are written
 * out row by row in float64, what is not affine in them being taken for the same unknown function
 * on both, and compared entry by entry. Plain Java arithmetic, so that a certificate is the same on
 * every machine; nothing here knows a rule or runs a network.
 */
package org.repfold.converter.verify.certificate;
