/**
 * The fold rules, one class each, named after the fold, and the small pieces of algebra they share.
 * A rule states its mathematics, its source and its refusals in its Javadoc. Nothing here knows a
 * model's name, a file format, or in which order the rules are tried.
 */
package org.repfold.converter.fold.rules;
