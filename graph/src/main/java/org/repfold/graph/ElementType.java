package org.repfold.graph;

/** The type of a tensor's elements. */
public enum ElementType {
  FLOAT64,
  FLOAT32,
  INT64
}
