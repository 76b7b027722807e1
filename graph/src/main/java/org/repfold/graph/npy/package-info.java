/**
 * NumPy's file format for one array. The header, its versions and its element types are known here
 * alone. Archives of several arrays ({@code .npz}) are not read.
 */
package org.repfold.graph.npy;
