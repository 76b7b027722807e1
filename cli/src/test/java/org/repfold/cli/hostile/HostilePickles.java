package org.repfold.cli.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checkpoints of PyTorch that would run programs, fill the memory, or mean other files. */
public final class HostilePickles {
  private static final String START = "\u0080\u0002";
  private static final String DAMAGE = "expected a pickle as torch.save writes it, found damage";
  private static final String INSTRUCTIONS = "expected the pickle instructions that torch.save";

  private HostilePickles() {}

  public static List<HostileFile> all() {
    return List.of(
        pickle("os.system", "cos\nsystem\n" + text("touch owned") + "\u0085R.", "'os.system'"),
        pickle("eval", "c__builtin__\neval\n" + text("1") + "\u0085R.", "'__builtin__.eval'"),
        pickle("exec by names on the stack", execOnTheStack(), "'builtins.exec'"),
        pickle("Popen as a new object", "csubprocess\nPopen\n)\u0081.", "'subprocess.Popen'"),
        pickle("getattr of a module", "c__builtin__\ngetattr\n)R.", "'__builtin__.getattr'"),
        pickle("class of Java", "cjava.lang.Runtime\ngetRuntime\n)R.", "'java.lang.Runtime."),
        pickle("old instance", "(" + text("id") + "ios\nsystem\n.", INSTRUCTIONS),
        pickle("old object", "(cos\nsystem\n" + text("id") + "o.", "'os.system'"),
        pickle("state of a function", "ctorch._utils\n_rebuild_tensor_v2\n}b.", "dictionaries"),
        pickle("reference as text", "Pos.system\n.", INSTRUCTIONS),
        pickle("extension", "\u0082\u0001.", INSTRUCTIONS),
        pickle("list in itself", "]q\u0000h\u0000a.", "expected a state dict"),
        pickle("dictionary in itself", "}q\u0000" + text("model") + "h\u0000s.", "[model]"),
        pickle("key that holds itself", "}]q\u0000h\u0000aNs.", DAMAGE),
        pickle("lists doubled 5000 times", doubled(), "expected a state dict"),
        pickle("two million lists", "]".repeat(2_000_001) + ".", "2000000 instructions"),
        pickle("tuples nested a million times", ")" + "\u0085".repeat(1_000_000) + ".", "found"),
        pickle("memo of 2^31 places", "]r\u00ff\u00ff\u00ff\u007f.", "expected a state dict"),
        pickle("text of 4 GB", "X\u00ff\u00ff\u00ff\u00ff.", "expected 4294967295 bytes"),
        pickle("integer of a million digits", "L" + "9".repeat(1_000_000) + "L\n.", INSTRUCTIONS),
        pickle(
            "tensor of 2^62 elements", tensor("4", "\u008a\u0005\0\0\0\0\u0020", "K\0"), "found"),
        pickle("tensor beyond its storage", tensor("4", "K\u0002", "M\u00e8\u0003"), "storage"),
        pickle("storage of another file", tensor("../../etc", "K\u0002", "K\u0001"), "none"),
        HostileFile.model("bomb", "bomb.pth", bomb(), "compressed or encrypted"),
        HostileFile.model("name outside", "slip.pth", with("archive/../../evil"), "name inside"),
        HostileFile.model("root as a name", "root.pth", with("/etc/cron.d/evil"), "name inside"),
        HostileFile.model("pickle twice", "twice.pth", twice(), "expected it once"),
        HostileFile.model("TorchScript", "script.pt", with("archive/constants.pkl"), "TorchScript"),
        HostileFile.model("old layout of eval", "old.pth", old(), "'__builtin__.eval'"));
  }

  private static HostileFile pickle(String name, String instructions, String expected) {
    byte[] pickle = (START + instructions).getBytes(ISO_8859_1);
    return HostileFile.model(name, "pickle.pth", zip(Map.of("archive/data.pkl", pickle)), expected);
  }

  private static byte[] zip(Map<String, byte[]> entries) {
    Map<String, byte[]> all = new LinkedHashMap<>(entries);
    all.put("archive/byteorder", "little".getBytes(UTF_8));
    all.put("archive/data/4", new byte[16]);
    return Zips.zip(all);
  }

  private static String text(String text) {
    return "X" + (char) text.length() + "\0\0\0" + text;
  }

  private static String execOnTheStack() {
    return text("builtins") + text("exec") + "\u0093" + text("1") + "\u0085R.";
  }

  private static String doubled() {
    return "]q\0" + "](h\0h\0eq\0".repeat(5000) + ".";
  }

  /** A state dict of one tensor of two axes alike, in a storage of four numbers. */
  private static String tensor(String storage, String size, String stride) {
    String reference =
        "("
            + text("storage")
            + "ctorch\nFloatStorage\n"
            + text(storage)
            + text("cpu")
            + "K\u0004tQ";
    String axes = "(" + size + size + "t(" + stride + stride + "t";
    return "}"
        + text("w")
        + "ctorch._utils\n_rebuild_tensor_v2\n("
        + reference
        + "K\0"
        + axes
        + "\u0089ccollections\nOrderedDict\n)RtRs.";
  }

  private static byte[] bomb() {
    return Zips.bomb("archive/data.pkl", Zips.BOMB, Map.of());
  }

  private static byte[] with(String name) {
    byte[] pickle = (START + "}.").getBytes(ISO_8859_1);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", pickle);
    entries.put(name, new byte[1]);
    return zip(entries);
  }

  private static byte[] twice() {
    return Zips.renamed(with("archive/data.pk2"), "archive/data.pk2", "archive/data.pkl");
  }

  /** Before PyTorch 1.6: pickles of a magic number, a version, facts of the machine, the state. */
  private static byte[] old() {
    String magic = START + "\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";
    String version = START + "M\u00e9\u0003.";
    return (magic + version + START + "}." + START + "c__builtin__\neval\n)R.")
        .getBytes(ISO_8859_1);
  }

  /** Safetensors and their indices that are not what they claim. */
  public static List<HostileFile> safetensors() {
    String sound = "'dtype':'F32','shape':[1],'data_offsets':[0,4]";
    return List.of(
        safetensors("length of 2^63", Long.MIN_VALUE, "{}", "found none of them"),
        safetensors("length of -1", -1, "{}", "expected"),
        safetensors("length beyond the file", 1 << 30, "{}", "expected a safetensors header of"),
        tensors("objects nested 100,000 times", "{'a':".repeat(100_000), "header"),
        tensors("a million empty lists", "{'a':[" + "[],".repeat(1_000_000) + "[]]}", "header"),
        tensors("one name twice", "{'a':{" + sound + "},'a':{" + sound + "}}", "Duplicate"),
        tensors("shared bytes", "{'a':{" + sound + "},'b':{" + sound + "}}", "expected its first"),
        tensors("negative begin", entry("F32", "1", "-4,0"), "tensor 'a'"),
        tensors("end before the begin", entry("F32", "1", "4,0"), "tensor 'a'"),
        tensors("bytes beyond the file", entry("F32", "1024", "0,4096"), "expected 4096 bytes"),
        tensors("gap", entry("F32", "1", "4,8"), "expected its first byte at 0"),
        tensors("sizes of 2^80", entry("F32", "1099511627776,1099511627776", "0,4"), "tensor 'a'"),
        tensors("size of 2^64", entry("F32", "18446744073709551616", "0,4"), "tensor 'a'"),
        tensors("size of a half", entry("F32", "0.5", "0,4"), "tensor 'a'"),
        tensors("numbers of 4 bits", entry("F4", "1", "0,4"), "dtype"),
        tensors("100,000 axes", entry("F32", "1,".repeat(99_999) + "1", "0,4"), "32 axes"),
        index("file outside", "../secret.safetensors"),
        index("root", "/etc/passwd"),
        index("file that is not there", "none.safetensors"),
        index("index as its own shard", "model.safetensors.index.json"),
        index("number", "7"));
  }

  private static String entry(String type, String sizes, String offsets) {
    return "{'a':{'dtype':'%s','shape':[%s],'data_offsets':[%s]}}".formatted(type, sizes, offsets);
  }

  private static HostileFile tensors(String name, String header, String expected) {
    return safetensors(name, header.length(), header, expected);
  }

  private static HostileFile safetensors(String name, long length, String header, String expected) {
    byte[] json = header.replace('\'', '"').getBytes(UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(length).put(json);
    return HostileFile.model(name, "header.safetensors", file.array(), expected);
  }

  private static HostileFile index(String name, String shard) {
    String index = "{\"weight_map\": {\"a\": \"%s\"}}".formatted(shard);
    return HostileFile.model(
        name, "model.safetensors.index.json", index.getBytes(UTF_8), "expected");
  }
}
