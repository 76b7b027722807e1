/**
 * RepMLPNet as a DL4J graph: its configurations, its official names, and how a network is told from
 * its tensors. What other families need too belongs to the package above; how it is folded belongs
 * to the converter.
 */
package org.repfold.zoo.repmlpnet;
