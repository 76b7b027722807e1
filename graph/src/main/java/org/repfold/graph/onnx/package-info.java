/**
 * The deploy file: ONNX models, written from graphs and read into them. What an operator is called
 * and which attributes it has in ONNX is known here alone. Running a model is not done here.
 */
package org.repfold.graph.onnx;
