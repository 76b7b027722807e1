"""Writes the checkpoints of this folder. See README.md."""

import collections
import sys
import warnings

import numpy
import torch
from safetensors.torch import load_file
from torch import nn

warnings.filterwarnings("ignore")

GOLDEN = sys.argv[1]


def state_dict():
    """The train form's state dict as Module.state_dict() gives it: ordered, with its versions."""
    tensors = load_file(GOLDEN)
    ordered = collections.OrderedDict(
        (name.removeprefix("train."), tensor)
        for name, tensor in sorted(tensors.items())
        if name.startswith("train.")
    )
    ordered._metadata = collections.OrderedDict({"": {"version": 1}, "fc3_bn": {"version": 2}})
    return ordered


def prefixed(prefix):
    return collections.OrderedDict((prefix + name, t) for name, t in state_dict().items())


def to(dtype):
    return collections.OrderedDict(
        (name, t.to(dtype) if t.is_floating_point() else t) for name, t in state_dict().items()
    )


def training_checkpoint():
    weights = [nn.Parameter(t) for t in state_dict().values() if t.is_floating_point()]
    optimizer = torch.optim.AdamW(weights)
    for weight in weights:
        weight.grad = torch.ones_like(weight)
    optimizer.step()
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 2])
    return {
        "model": state_dict(),
        "optimizer": {"state": {0: optimizer.state_dict()["state"][0]},
                      "param_groups": optimizer.state_dict()["param_groups"]},
        "lr_scheduler": {"milestones": schedule.milestones, "gamma": schedule.gamma},
        "epoch": 3,
        "arch": "repmlpnet_block",
        "max_accuracy": numpy.float64(81.25),
        "shape": torch.Size([8, 8, 8]),
        "device": torch.device("cpu"),
        "dtype": torch.float32,
        "amp": True,
        "history": [0.5, 0.25],
    }


def parameters():
    result = collections.OrderedDict()
    for name, tensor in state_dict().items():
        result[name] = nn.Parameter(tensor, requires_grad=tensor.is_floating_point())
    result["fc3.weight"].no_weight_decay = True
    return result


def tensors_with_attributes():
    result = state_dict()
    for tensor in result.values():
        tensor.origin = "golden"
    return result


def strides():
    counting = torch.arange(24, dtype=torch.float32)
    matrix = counting.view(4, 6)
    twin = torch.tensor([1.5, 2.5])
    return {
        "whole": counting,
        "view": matrix,
        "transposed": matrix.t(),
        "columns": matrix[:, 1:3],
        "offset": counting[20:],
        "steps": counting[1::5],
        "channels_last": counting.view(1, 2, 3, 4).to(memory_format=torch.channels_last),
        "permuted": counting.view(2, 3, 4).permute(2, 0, 1),
        "expanded": torch.tensor([[7.0]]).expand(2, 3),
        "scalar": counting[5],
        "empty": torch.zeros(0, 3),
        "empty_slice": counting[24:],
        "twin": twin,
        "same": twin,
        "integers": torch.arange(6).view(2, 3).t(),
        "doubles": torch.arange(6, dtype=torch.float64).view(2, 3).t(),
    }


def types():
    return {
        "float64": torch.tensor([1 / 3, -0.0], dtype=torch.float64),
        "float32": torch.tensor([1 / 3, float("inf")]),
        "float16": torch.tensor([1 / 3, -65504], dtype=torch.float16),
        "bfloat16": torch.tensor([1 / 3, -3], dtype=torch.bfloat16),
        "int64": torch.tensor([1 << 40, -1]),
        "int32": torch.tensor([1 << 30, -1], dtype=torch.int32),
        "int16": torch.tensor([1 << 14, -1], dtype=torch.int16),
        "int8": torch.tensor([100, -1], dtype=torch.int8),
        "uint8": torch.tensor([100, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
    }


def save_big_endian(tensors, file):
    """As a big-endian machine does: the storages' bytes in its order, and the mark beside them."""
    swapped = {}
    for name, tensor in tensors.items():
        copy = tensor.clone()
        copy.untyped_storage().byteswap(tensor.dtype)
        swapped[name] = copy
    order = sys.byteorder
    sys.byteorder = "big"
    try:
        torch.save(swapped, file)
    finally:
        sys.byteorder = order
    loaded = torch.load(file)
    assert all(torch.equal(loaded[name], tensor) for name, tensor in tensors.items())


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        return self.linear(x)


torch.manual_seed(0)
other = collections.OrderedDict((name, t + 1) for name, t in state_dict().items())

torch.save(state_dict(), "bare.pth")
torch.save(state_dict(), "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(state_dict(), "protocol4.pth", pickle_protocol=4)
torch.save(training_checkpoint(), "training.pth")
torch.save(training_checkpoint(), "training_legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"state_dict": state_dict()}, "state_dict.pth")
torch.save({"state_dict": other, "state_dict_ema": state_dict()}, "state_dict_ema.pth")
torch.save({"model": other, "model_ema": state_dict()}, "model_ema.pth")
torch.save(prefixed("module."), "module.pth")
torch.save({"state_dict": prefixed("module._orig_mod.backbone.")}, "prefixes.pth")
torch.save(parameters(), "parameters.pth")
torch.save(parameters(), "parameters_legacy.pth", _use_new_zipfile_serialization=False)
torch.save(tensors_with_attributes(), "attributes.pth")
torch.save(to(torch.float64), "float64.pth")
torch.save(to(torch.float16), "float16.pth")
torch.save(to(torch.bfloat16), "bfloat16.pth")
torch.save(to(torch.bfloat16), "bfloat16_legacy.pth", _use_new_zipfile_serialization=False)
torch.save(strides(), "strides.pth")
torch.save(strides(), "strides_legacy.pth", _use_new_zipfile_serialization=False)
torch.save(types(), "types.pth")
torch.save(types(), "types_legacy.pth", _use_new_zipfile_serialization=False)
save_big_endian(types(), "types_big_endian.pth")

torch.serialization.set_crc32_options(False)
torch.save(types(), "without_checksums.pth")
torch.serialization.set_crc32_options(True)

# To be refused.
torch.save({"w": torch.tensor([1.0]).to(torch.float8_e4m3fn)}, "float8.pth")
torch.save({"w": torch.tensor([1, 2], dtype=torch.uint16)}, "uint16.pth")
torch.save({"w": torch.eye(2).to_sparse()}, "sparse.pth")
torch.save({"w": torch.tensor([1j])}, "complex.pth")
torch.save(Reader(), "whole_module.pth")
torch.save(Reader(), "whole_module_legacy.pth", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(Reader()), "torchscript.pt")
