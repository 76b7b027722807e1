/**
 * What a fold is and how folds are driven: the rule interface, the driver that applies rules to a
 * fixpoint, and the trace it keeps. The rules themselves are in the sub-package {@code rules}, one
 * class each. Nothing here knows a model's name or a file format, and nothing rounds.
 */
package org.repfold.converter.fold;
