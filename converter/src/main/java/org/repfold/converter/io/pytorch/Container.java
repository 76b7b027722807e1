package org.repfold.converter.io.pytorch;

import java.nio.ByteOrder;
import java.util.Map;

/**
 * What a checkpoint's file holds, whichever way it is laid out.
 *
 * @param root what the pickle describes
 * @param storages where the storages' numbers are, by key
 * @param order of the bytes of a number
 */
record Container(Object root, Map<String, Region> storages, ByteOrder order) {}
