"""Writes the checkpoints of this folder. See README.md."""

import collections
import pathlib
import sys
import warnings

import torch
from safetensors.torch import load_file, save_file
from torch import nn

warnings.filterwarnings("ignore")


def ordered(case):
    tensors = load_file(f"{sys.argv[1]}/{case}.safetensors")
    return collections.OrderedDict(
        (name.removeprefix("train."), t) for name, t in tensors.items() if name.startswith("train.")
    )


def to(dtype, tensors):
    return {n: t.to(dtype) if t.is_floating_point() else t for n, t in tensors.items()}


def prefixed(prefix, tensors):
    return collections.OrderedDict((prefix + n, t) for n, t in tensors.items())


def parameters(tensors):
    return collections.OrderedDict(
        (n, nn.Parameter(t, requires_grad=t.is_floating_point())) for n, t in tensors.items()
    )


def shared(tensors):
    """All numbers of a type in one storage, as trainings keep them that update them at once."""
    result = collections.OrderedDict()
    flat = torch.cat([t.flatten() for t in tensors.values() if t.is_floating_point()])
    offset = 0
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            result[name] = flat[offset:offset + tensor.numel()].view(tensor.shape)
            offset += tensor.numel()
        else:
            result[name] = tensor
    return result


def strided(tensors):
    """Every tensor as a view whose elements stand in another order, with others between them."""
    result = collections.OrderedDict()
    for name, tensor in tensors.items():
        turned = tensor.permute(tuple(reversed(range(tensor.dim())))).contiguous()
        wide = torch.stack([turned, turned + 1], dim=-1)[..., 0]
        result[name] = wide.permute(tuple(reversed(range(tensor.dim()))))
        assert torch.equal(result[name], tensor)
    return result


def training(tensors):
    weights = [nn.Parameter(t) for t in tensors.values() if t.is_floating_point()][:2]
    optimizer = torch.optim.SGD(weights, momentum=0.9)
    return {"model": tensors, "optimizer": optimizer.state_dict(), "epoch": 3}


def other(tensors):
    """Weights that are not the wanted ones, two of them, as the others would not matter."""
    return collections.OrderedDict((n, t + 1) for n, t in list(tensors.items())[:2])


def save(case, name, content, legacy=False):
    torch.save(content, pathlib.Path(case, name + ".pth"), _use_new_zipfile_serialization=not legacy)


def each_alone(case, net):
    save(case, "bare", net)
    save(case, "legacy", net, legacy=True)
    save(case, "dict", dict(net))
    save(case, "model", training(net))
    save(case, "state_dict", {"state_dict": net}, legacy=True)
    save(case, "state_dict_ema", {"state_dict": other(net), "state_dict_ema": net})
    save(case, "model_ema", {"model": other(net), "model_ema": net}, legacy=True)
    save(case, "module", prefixed("module.", net))
    save(case, "backbone", prefixed("backbone.", net), legacy=True)
    save(case, "compiled", prefixed("_orig_mod.", net))
    save(case, "prefixes", {"state_dict": prefixed("module._orig_mod.backbone.", net)})
    save(case, "parameters", parameters(net))
    save(case, "shared", shared(net))
    save(case, "shared_legacy", shared(net), legacy=True)
    save(case, "strided", strided(net))
    save(case, "strided_legacy", strided(net), legacy=True)
    save(case, "float64", to(torch.float64, net))
    save(case, "float16", to(torch.float16, net))
    save(case, "bfloat16", to(torch.bfloat16, net))
    save(case, "bfloat16_legacy", to(torch.bfloat16, net), legacy=True)
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        file = pathlib.Path(case, str(dtype).removeprefix("torch.") + ".safetensors")
        save_file(to(dtype, net), file)


def together(case, net):
    save(case, "training", training(prefixed("module.", parameters(net))))
    save(
        case,
        "averaged_legacy",
        {"state_dict": other(net), "state_dict_ema": prefixed("backbone.", strided(net))},
        legacy=True,
    )
    save(case, "averaged", {"model": other(net), "model_ema": prefixed("_orig_mod.", shared(net))})
    save(case, "half", {"state_dict": prefixed("module.", dict(to(torch.float16, net)))})
    save(case, "brain_legacy", to(torch.bfloat16, net), legacy=True)


for case, write in {
    "repmlpnet_block": each_alone,
    "repmlpnet_block_noconv": each_alone,
    "repmlpnet_block_k135": together,
    "repmlpnet_tiny": together,
}.items():
    pathlib.Path(case).mkdir(exist_ok=True)
    write(case, ordered(case))
