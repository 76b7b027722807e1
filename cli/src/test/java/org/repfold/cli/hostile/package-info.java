/**
 * Files that readers do not expect: those made by hand, format by format, and those made by chance
 * with a watch over their reader. Which commands and readers there are, and how they answer, is not
 * known here.
 */
package org.repfold.cli.hostile;
