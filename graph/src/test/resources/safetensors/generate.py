"""Writes official.safetensors with the format's own library (safetensors 0.8, NumPy 2)."""

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "head.weight": numpy.array([[1, 2], [3, -4]], dtype=numpy.float32),
        "head.bias": numpy.array([0.5, 0.25], dtype=numpy.float32),
        "exact": numpy.array([1 / 3], dtype=numpy.float64),
        "head.norm.num_batches_tracked": numpy.array(7, dtype=numpy.int64),
        "empty": numpy.zeros((0, 3), dtype=numpy.float32),
    },
    "official.safetensors",
    {"format": "pt"},
)
