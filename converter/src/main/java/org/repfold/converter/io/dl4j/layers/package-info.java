/**
 * DL4J layers, vertices and activations that DL4J itself lacks and that both train forms and deploy
 * forms need. They are general building blocks with DL4J's own contracts (JSON, ModelSerializer,
 * clone, workspaces, backward pass), so any graph may use them. Knowledge of a particular network,
 * of reading a graph or of folding it does not belong here.
 */
package org.repfold.converter.io.dl4j.layers;
