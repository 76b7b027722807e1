package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.InputFile;

/**
 * The layout since PyTorch 1.6: a zip of one folder, with the pickle in {@code data.pkl}, each
 * storage in {@code data/KEY}, and the machine's byte order in {@code byteorder}.
 */
final class ZipContainer {
  private static final String PICKLE = "/data.pkl";
  private static final String STORAGES = "/data/";
  private static final int LONGEST_ORDER = 10;

  private ZipContainer() {}

  static Container read(InputFile in) throws IOException {
    StoredZip zip = StoredZip.read(in);
    String folder = folder(zip);
    Region pickle = zip.find(folder + PICKLE).orElseThrow();
    pickle.requireChecksum(in, "data.pkl");
    PickleStream stream = new PickleStream(in, pickle.position(), pickle.end());
    Object root = StateDictUnpickler.unpickle(stream);
    if (stream.position() != pickle.end()) {
      throw new BadInputException(
          "data.pkl: expected one pickle, found more after byte " + stream.position());
    }
    Map<String, Region> storages = new HashMap<>();
    for (String name : zip.names()) {
      if (name.startsWith(folder + STORAGES)) {
        storages.put(name.substring((folder + STORAGES).length()), zip.find(name).orElseThrow());
      }
    }
    Optional<Region> order = zip.find(folder + "/byteorder");
    return new Container(
        root, storages, order.isPresent() ? order(in, order.get()) : ByteOrder.LITTLE_ENDIAN);
  }

  private static String folder(StoredZip zip) {
    List<String> folders =
        zip.names().stream()
            .filter(name -> name.endsWith(PICKLE))
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .filter(folder -> !folder.contains("/"))
            .toList();
    if (folders.size() != 1) {
      throw new BadInputException(
          "expected a checkpoint of PyTorch with one entry FOLDER/data.pkl, found "
              + zip.names().stream().limit(5).toList());
    }
    String folder = folders.get(0);
    if (zip.names().stream()
        .anyMatch(
            name -> name.equals(folder + "/constants.pkl") || name.startsWith(folder + "/code/"))) {
      throw new BadInputException(
          "expected a state dict, found TorchScript, which is a program;"
              + " save the state dict: torch.save(module.state_dict(), FILE)");
    }
    return folder;
  }

  private static ByteOrder order(InputFile in, Region entry) throws IOException {
    int length = (int) Math.min(entry.size(), LONGEST_ORDER);
    String order =
        new String(in.bytes(entry.position(), length).array(), StandardCharsets.US_ASCII);
    return switch (order) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default ->
          throw new BadInputException(
              "byteorder: expected 'little' or 'big', found '" + order + "'");
    };
  }
}
