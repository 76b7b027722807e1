/**
 * Checkpoints that {@code torch.save} wrote. Containers (zip, and the older sequence of pickles),
 * the pickle's few allowed parts and the layout of tensors in storages are known here alone. No
 * code of a file is ever run; what a tensor's name means to a network is not known here.
 */
package org.repfold.converter.io.pytorch;
