"""Writes the checkpoint of this folder. See README.md."""
import sys

import torch
from safetensors.torch import load_file

golden = load_file(sys.argv[1])
train = {"module." + name[6:]: tensor for name, tensor in golden.items() if name.startswith("train.")}
untrained = {name: torch.zeros_like(tensor) for name, tensor in list(train.items())[:2]}
torch.save({"model": untrained, "model_ema": train, "epoch": 7}, "training.pth")
