/**
 * Small programs to copy from, each complete in one file. They use the libraries as any user's
 * program would. Nothing else depends on them.
 */
package org.repfold.samples;
