package org.repfold.converter.io.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.converter.io.pytorch.PickleBytes.start;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.converter.io.Checkpoint;
import org.repfold.converter.io.pytorch.HostileFiles.HostileFile;

/** Pickles that would run something, or take endless memory or time, in sound zip files. */
class HostilePickleTest {
  private static final String DAMAGE = "expected a pickle as torch.save writes it, found damage";
  private static final String INSTRUCTIONS = "expected the pickle instructions that torch.save";

  @TempDir Path folder;

  private static HostileFile file(String name, PickleBytes pickle, String expected) {
    return new HostileFile(name, ZipBytes.checkpoint(pickle.bytes()).bytes(), expected);
  }

  private static HostileFile calls(String module, String name) {
    PickleBytes pickle = start().global(module, name).text("touch /tmp/owned").op("\u0085R.");
    return file(module + "." + name, pickle, "found '" + module + "." + name + "', which is not");
  }

  static List<HostileFile> programs() {
    List<HostileFile> files = new ArrayList<>();
    files.add(calls("os", "system"));
    files.add(calls("posix", "system"));
    files.add(calls("subprocess", "Popen"));
    files.add(calls("builtins", "eval"));
    files.add(calls("__builtin__", "getattr"));
    files.add(calls("builtins", "exec"));
    files.add(calls("runpy", "_run_code"));
    files.add(calls("torch", "load"));
    files.add(calls("torch._utils", "_rebuild_tensor_v2.__globals__"));
    files.add(calls("collections", "OrderedDict.__init__"));
    files.add(calls("java.lang.Runtime", "getRuntime"));
    files.add(calls("exceptions", "Exception"));
    files.add(calls("decimal", "Decimal"));
    files.add(
        file(
            "name on the stack",
            start().text("os").text("system").op("\u0093").text("id").op("\u0085R."),
            "found 'os.system'"));
    files.add(file("name that is no text", start().op("]]\u0093)R."), DAMAGE));
    files.add(
        file(
            "old instance",
            start().op("(").text("id").raw("ios\nsystem\n").op("."),
            INSTRUCTIONS + " writes, found instruction 0x69"));
    files.add(
        file(
            "old object",
            start().op("(").global("os", "system").text("id").op("o."),
            "found 'os.system'"));
    files.add(
        file(
            "old object of an allowed class",
            start().op("(").global("torch", "Size").text("id").op("o."),
            INSTRUCTIONS));
    files.add(
        file(
            "new object of an allowed function",
            start().global("torch._utils", "_rebuild_parameter").text("id").op("\u0085\u0081."),
            DAMAGE));
    files.add(
        file(
            "new object with keywords",
            start().global("torch", "Size").op(")}\u0092."),
            INSTRUCTIONS));
    files.add(
        file(
            "state of a tensor",
            start()
                .tensor("0", 4, 0, new long[] {4}, new long[] {1})
                .op("}")
                .text("__reduce__")
                .text("id")
                .op("sb."),
            "expected attributes of dictionaries alone"));
    files.add(
        file(
            "state of a function",
            start().global("torch._utils", "_rebuild_tensor_v2").op("}b."),
            "expected attributes of dictionaries alone"));
    files.add(file("extension code", start().raw("\u0082\u0001").op("."), INSTRUCTIONS));
    files.add(file("reference in text", start().raw("Pos.system\n").op("."), INSTRUCTIONS));
    files.add(
        file(
            "reference to a module",
            start()
                .op("(")
                .text("module")
                .global("torch", "Tensor")
                .text("file.py")
                .text("import os")
                .op("tQ."),
            "expected references to storages"));
    files.add(
        file(
            "function of a tensor's class",
            start()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .op("(")
                .global("torch", "Size")
                .global("torch", "Tensor")
                .op("))tR."),
            DAMAGE));
    files.add(file("call of a type", start().global("torch", "FloatStorage").op(")R."), DAMAGE));
    files.add(file("buffer out of band", start().raw("\u0097."), INSTRUCTIONS));
    return files;
  }

  static List<HostileFile> bombs() {
    List<HostileFile> files = new ArrayList<>();
    files.add(
        file(
            "list that holds itself",
            start().op("]").raw("q\u0000").raw("h\u0000").op("a."),
            "expected a state dict, or a dictionary with one, found a list"));
    files.add(
        file(
            "dictionary that holds itself",
            start().op("}").raw("q\u0000").text("model").raw("h\u0000").op("s."),
            "found a dictionary with [model]"));
    files.add(
        file(
            "key that holds itself",
            start().op("}]").raw("q\u0000").raw("h\u0000").op("aNs."),
            DAMAGE));
    files.add(
        file(
            "set that holds itself",
            start().raw("\u008f").raw("q\u0000").op("(").raw("h\u0000").raw("\u0090."),
            "found a list"));
    files.add(file("lists doubled 1000 times", doubled(), "found a list"));
    files.add(
        file(
            "map of a list, again and again",
            again(),
            "expected a pickle of at most 2000000 instructions"));
    files.add(
        file("two million lists", start().repeat(2_000_001, "]").op("."), "2000000 instructions"));
    files.add(file("nested tuples", start().op(")").repeat(1_999_990, "\u0085").op("."), "a list"));
    files.add(
        file("text of 4 GB", start().op("X").little(-1, 4).op("."), "expected 4294967295 bytes"));
    files.add(
        file(
            "bytes of 2^63",
            start().raw("\u008e").little(Long.MIN_VALUE, 8).op("."),
            "expected 9223372036854775808 bytes"));
    files.add(
        file(
            "long integer of 2 GB",
            start().raw("\u008b").little(Integer.MAX_VALUE, 4).op("."),
            INSTRUCTIONS));
    files.add(
        file(
            "integer of a million digits",
            start().op("L").repeat(1_000_000, "9").raw("L\n."),
            INSTRUCTIONS));
    files.add(
        file(
            "name without an end",
            start().op("c").repeat(1_000_000, "x"),
            "expected names of at most 1000 characters"));
    files.add(
        file(
            "pickle beyond its limit",
            start().op("X").little(65 << 20, 4).raw(new byte[65 << 20]),
            "expected a pickle of at most 67108864 bytes"));
    return files;
  }

  private static PickleBytes doubled() {
    PickleBytes pickle = start().op("]").raw("q\u0000");
    for (int i = 0; i < 1000; i++) {
      pickle.op("](").raw("h\u0000h\u0000").op("e").raw("q\u0000");
    }
    return pickle.op(".");
  }

  /** A map made of one long list, as often as there may be instructions. */
  private static PickleBytes again() {
    PickleBytes pickle = start().op("](");
    for (int i = 0; i < 100_000; i++) {
      pickle.op("](").integer(i).op("Ne");
    }
    pickle.op("e").raw("q\u0000");
    pickle.global("collections", "OrderedDict").raw("q\u0001");
    return pickle.repeat(500_000, "h\u0001h\u0000\u0085R").op(".");
  }

  static List<HostileFile> damages() {
    List<HostileFile> files = new ArrayList<>();
    files.add(file("nothing", new PickleBytes(), "expected 1 bytes"));
    files.add(file("no end", start().op("}"), "expected 1 bytes"));
    files.add(file("empty stack", start().op("."), DAMAGE));
    files.add(file("no mark", start().op("t."), DAMAGE));
    files.add(file("entry of no dictionary", start().op("]NNs."), DAMAGE));
    files.add(file("item of no list", start().op("}Na."), DAMAGE));
    files.add(file("key without a value", start().op("}(").text("a").op("u."), DAMAGE));
    files.add(file("unknown memo", start().raw("h\u0007."), DAMAGE));
    files.add(file("protocol 9", new PickleBytes().raw("\u0080\u0009}."), DAMAGE));
    files.add(file("unknown instruction", start().raw("\u00ff."), INSTRUCTIONS));
    files.add(
        file(
            "two pickles",
            start().op("}.").raw("\u0080\u0002}."),
            "expected one pickle, found more"));
    files.add(
        file(
            "key that comes twice",
            start().op("}").text("a").op("Ns").text("a").op("Ns."),
            DAMAGE));
    files.add(
        file(
            "tensor alone",
            start().tensor("0", 4, 0, new long[] {4}, new long[] {1}).op("."),
            "found a tensor"));
    files.add(file("nothing at all", start().op("N."), "found something else"));
    files.add(file("integer", start().raw("K\u0001."), "found a number"));
    files.add(
        file(
            "text among tensors",
            start()
                .op("}")
                .text("w")
                .tensor("0", 4, 0, new long[] {4}, new long[] {1})
                .op("s")
                .text("note\n")
                .text("x")
                .op("s."),
            "state dict: expected tensors alone, found a text named 'note?'"));
    files.add(
        file(
            "number as a name",
            start().op("}").integer(7).tensor("0", 4, 0, new long[] {4}, new long[] {1}).op("s."),
            "expected tensors alone, found a tensor named '7'"));
    return files;
  }

  @Test
  void soundPickleIsRead() {
    Path file = HostileFiles.write(folder, ZipBytes.checkpoint(PickleBytes.sound()).bytes());
    assertEquals(Set.of("w"), Checkpoint.read(file).tensors().keySet());
  }

  @ParameterizedTest
  @MethodSource("programs")
  void programsAreRefusedAndNotRun(HostileFile file) {
    HostileFiles.assertRefused(folder, file);
  }

  @ParameterizedTest
  @MethodSource("bombs")
  void bombsAreRefusedSoon(HostileFile file) {
    HostileFiles.assertRefused(folder, file);
  }

  @ParameterizedTest
  @MethodSource("damages")
  void damagedPicklesAreRefused(HostileFile file) {
    HostileFiles.assertRefused(folder, file);
  }
}
