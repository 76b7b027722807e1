package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.InputFile;

/**
 * Reads checkpoints that {@code torch.save} wrote: zip files (PyTorch 1.6 and later) and the older
 * sequence of pickles; a bare state dict, or one under {@code state_dict_ema}, {@code model_ema},
 * {@code state_dict} or {@code model}, of which the first is taken.
 *
 * <p>float64, float32 and int64 stay what they are; float16 and bfloat16 are widened to float32,
 * shorter integers and truth values to int64, which is exact. Tensors are read one after the other,
 * so that not much more memory is taken than they need.
 *
 * <p>A pickle is a program, and in Python can do anything. Here nothing of it is run: it can make
 * tensors and plain values, and whatever else it names is refused.
 */
public final class PyTorchReader {
  private static final short ZIP = 'K' << Byte.SIZE | 'P';
  private static final short PICKLE_2 = 0x0280;
  private static final short PICKLE_3 = 0x0380;
  private static final short PICKLE_4 = 0x0480;
  private static final short PICKLE_5 = 0x0580;

  private PyTorchReader() {}

  /**
   * Reads a file.
   *
   * @param section the key of the state dict to take; where empty, it is chosen as above
   * @throws BadInputException in one line, starting with the file, if it is missing, damaged or no
   *     checkpoint, holds TorchScript, or names a class or function that is not allowed
   */
  public static PyTorchFile read(Path file, Optional<String> section) {
    return InputFile.read(file, in -> parse(in, section));
  }

  private static PyTorchFile parse(InputFile in, Optional<String> section) throws IOException {
    if (in.size() < 2) {
      throw new BadInputException(
          "expected a checkpoint of PyTorch, found " + in.size() + " bytes");
    }
    Container container =
        switch (in.bytes(0, 2).getShort()) {
          case ZIP -> ZipContainer.read(in);
          case PICKLE_2, PICKLE_3, PICKLE_4, PICKLE_5 -> LegacyContainer.read(in);
          default ->
              throw new BadInputException(
                  "expected a checkpoint of PyTorch, found neither a zip nor a pickle by its first"
                      + " bytes");
        };
    StateDict stateDict = StateDict.of(container.root(), section);
    TensorReader reader = new TensorReader(in, container);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, TensorReference> tensor : stateDict.tensors().entrySet()) {
      tensors.put(tensor.getKey(), reader.read(tensor.getKey(), tensor.getValue()));
    }
    return new PyTorchFile(
        tensors, stateDict.section(), stateDict.otherSections(), stateDict.metadata());
  }
}
