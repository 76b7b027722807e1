/**
 * The report of a conversion: a model of everything that was found, and its writers (JSON, HTML,
 * Markdown, JUnit XML). What is shown is measured elsewhere: nothing here judges a result. Only the
 * sizes that follow from a graph alone, such as its FLOPs, are computed here.
 */
package org.repfold.converter.report;
