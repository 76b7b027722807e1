package org.repfold.zoo;

/** The two forms in which a family's own PyTorch code builds, saves and loads a network. */
public enum Form {
  /** With all branches. */
  TRAIN,
  /** With what the family's own conversion leaves of them. */
  DEPLOY
}
