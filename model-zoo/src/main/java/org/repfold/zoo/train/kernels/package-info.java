/**
 * Faster implementations of DL4J's float32 layers, put in place of the stock ones while a graph is
 * trained on a CPU. They compute the same functions on the same parameters, so configuration, files
 * and results are those of the stock layers. Layers of another meaning do not belong here.
 */
package org.repfold.zoo.train.kernels;
