package org.repfold.converter.io.pytorch;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.ElementFormat;

/**
 * The Python classes and functions that a checkpoint may name: those that make tensors, and a few
 * that make plain values of training states. None is run; each has a counterpart here, which makes
 * a description of a tensor, a map, or nothing of interest.
 */
final class Globals {
  /** Stands for a value that says nothing about tensors. */
  static final Object IGNORED = new Object();

  private static final int LONGEST_NAME_IN_MESSAGE = 80;

  private static final IObjectConstructor IGNORING = arguments -> IGNORED;

  private static final IObjectConstructor TENSOR =
      arguments -> TensorReference.of(arguments, ((StorageReference) arguments[0]).type());

  private static final IObjectConstructor TENSOR_OF_DTYPE =
      arguments -> TensorReference.of(arguments, (NumberType) arguments[6]);

  private static final Map<String, IObjectConstructor> ALLOWED = allowed();

  private Globals() {}

  /**
   * The counterpart of a Python class or function.
   *
   * @throws BadInputException if it is not allowed
   */
  static IObjectConstructor named(String module, String name) {
    String global = module + "." + name;
    IObjectConstructor constructor = ALLOWED.get(global);
    if (constructor == null) {
      throw new BadInputException(
          "expected tensors and plain values, found '"
              + shorten(global)
              + "', which is not allowed; nothing of it was run."
              + " Load the checkpoint where you trust it and save its state dict alone");
    }
    return constructor;
  }

  private static Map<String, IObjectConstructor> allowed() {
    Map<String, IObjectConstructor> allowed = new HashMap<>();
    allowed.put("torch._utils._rebuild_tensor", TENSOR);
    allowed.put("torch._utils._rebuild_tensor_v2", TENSOR);
    allowed.put("torch._utils._rebuild_tensor_v3", TENSOR_OF_DTYPE);
    allowed.put("torch._utils._rebuild_parameter", Globals::parameter);
    allowed.put("torch._utils._rebuild_parameter_with_state", Globals::parameter);
    allowed.put("torch._tensor._rebuild_from_type_v2", Globals::tensorOfClass);
    allowed.put("collections.OrderedDict", Globals::map);
    allowed.put("collections.Counter", Globals::map);
    storages(allowed);
    dtypes(allowed);
    for (String plain :
        List.of(
            "torch.Tensor",
            "torch.nn.parameter.Parameter",
            "torch.nn.parameter.Buffer",
            "torch.Size",
            "torch.device",
            "numpy.dtype",
            "numpy.core.multiarray.scalar",
            "numpy._core.multiarray.scalar",
            "_codecs.encode",
            "__builtin__.set",
            "builtins.set")) {
      allowed.put(plain, IGNORING);
    }
    return Map.copyOf(allowed);
  }

  private static void storages(Map<String, IObjectConstructor> allowed) {
    Map.of(
            "DoubleStorage", ElementFormat.FLOAT64,
            "FloatStorage", ElementFormat.FLOAT32,
            "HalfStorage", ElementFormat.FLOAT16,
            "BFloat16Storage", ElementFormat.BFLOAT16,
            "LongStorage", ElementFormat.INT64,
            "IntStorage", ElementFormat.INT32,
            "ShortStorage", ElementFormat.INT16,
            "CharStorage", ElementFormat.INT8,
            "ByteStorage", ElementFormat.UINT8,
            "BoolStorage", ElementFormat.BOOL)
        .forEach((name, format) -> put(allowed, "torch." + name, Optional.of(format)));
    put(allowed, "torch.storage.UntypedStorage", Optional.of(ElementFormat.UINT8));
    put(allowed, "torch.UntypedStorage", Optional.of(ElementFormat.UINT8));
  }

  private static void dtypes(Map<String, IObjectConstructor> allowed) {
    for (ElementFormat format : ElementFormat.values()) {
      String name = format.name().toLowerCase(Locale.ROOT);
      put(allowed, "torch." + name, Optional.of(format));
    }
    for (String unreadable :
        List.of(
            "float8_e4m3fn",
            "float8_e4m3fnuz",
            "float8_e5m2",
            "float8_e5m2fnuz",
            "float8_e8m0fnu",
            "uint16",
            "uint32",
            "uint64",
            "complex32",
            "complex64",
            "complex128")) {
      put(allowed, "torch." + unreadable, Optional.empty());
    }
  }

  private static void put(
      Map<String, IObjectConstructor> allowed, String name, Optional<ElementFormat> format) {
    allowed.put(name, new NumberType(name, format));
  }

  /** A parameter is the tensor that it wraps. */
  private static Object parameter(Object[] arguments) {
    return (TensorReference) arguments[0];
  }

  /** The function that makes the tensor, its class, the function's arguments, attributes. */
  private static Object tensorOfClass(Object[] arguments) {
    IObjectConstructor function = (IObjectConstructor) arguments[0];
    if (function != TENSOR && function != TENSOR_OF_DTYPE) {
      throw new PickleException("no function that makes a tensor");
    }
    return function.construct((Object[]) arguments[2]);
  }

  /** Of nothing, of a map, or, by Python 2, of a list of lists of a key and a value. */
  private static Object map(Object[] arguments) {
    if (arguments.length == 1 && arguments[0] instanceof Map) {
      return arguments[0];
    }
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.length == 1) {
      List<?> entries = (List<?>) arguments[0];
      for (Object entry : entries) {
        PickledValues.put(map, ((List<?>) entry).get(0), ((List<?>) entry).get(1));
      }
      // No pickle can make many long maps of one list.
      entries.clear();
    }
    return map;
  }

  private static String shorten(String name) {
    return name.length() <= LONGEST_NAME_IN_MESSAGE
        ? name
        : name.substring(0, LONGEST_NAME_IN_MESSAGE) + "...";
  }
}
