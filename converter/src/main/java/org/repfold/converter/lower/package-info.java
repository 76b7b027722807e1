/**
 * Rewrites a folded graph into the form that inference engines run fastest, just as exactly: rules
 * of the same kind as the folds, which gain speed rather than remove operators of the train form.
 * Nothing here is needed for a fold to be right, and nothing here knows an engine's API.
 */
package org.repfold.converter.lower;
