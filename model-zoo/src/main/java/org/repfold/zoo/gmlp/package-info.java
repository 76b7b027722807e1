/** gMLP: its configurations, its DL4J graph, and how it is told from its tensors. */
package org.repfold.zoo.gmlp;
