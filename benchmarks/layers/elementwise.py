"""Activations and normalizations: forward and backward in glassnet and in PyTorch.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/layers/elementwise.py

On two cores glassnet trains with two workers, each of which has half of the batch. So one worker's
time for half of the rows is compared with PyTorch's for all of them on two threads, and with
PyTorch's for half of them on one thread. The three take turns, round after round; the table shows
medians and their ratios. What glassnet's two workers lose by sharing the memory is not in it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common.machine import describe
from common.passes import glassnet
from common.turns import Work, medians

from glassnet import nn

ROWS = [(128, 2048), (1280, 384), (4096, 1024)]
IMAGES = [(64, 28, 28, 16), (64, 14, 14, 64), (32, 8, 8, 256)]


def cases() -> dict[str, tuple[Callable[[int], nn.Layer], Callable[[int], Any], bool]]:
    """Return, by name, how to make each layer and its twin for some features, and if of images."""
    modules = torch.nn
    return {
        "ReLU": (lambda D: nn.ReLU(), lambda D: modules.ReLU(), False),
        "LeakyReLU": (lambda D: nn.LeakyReLU(), lambda D: modules.LeakyReLU(), False),
        "ELU": (lambda D: nn.ELU(), lambda D: modules.ELU(), False),
        "GELU": (lambda D: nn.GELU(), lambda D: modules.GELU(), False),
        "GELU, tanh": (lambda D: nn.GELU("tanh"), lambda D: modules.GELU("tanh"), False),
        "SiLU": (lambda D: nn.SiLU(), lambda D: modules.SiLU(), False),
        "Softplus": (lambda D: nn.Softplus(), lambda D: modules.Softplus(), False),
        "LayerNorm": (nn.LayerNorm, modules.LayerNorm, False),
        "RMSNorm": (nn.RMSNorm, modules.RMSNorm, False),
        "BatchNorm": (nn.BatchNorm, modules.BatchNorm1d, False),
        "BatchNorm of images": (nn.BatchNorm, modules.BatchNorm2d, True),
    }


def pytorch(make: Callable[[int], Any], x: nn.Array, dy: nn.Array, threads: int) -> Work:
    """Return the same in PyTorch, whose images have their channels first."""
    order = (0, 3, 1, 2) if x.ndim == 4 else (0, 1)
    tx = torch.tensor(np.ascontiguousarray(x.transpose(order)), requires_grad=True)
    tdy = torch.tensor(np.ascontiguousarray(dy.transpose(order)))
    module = make(x.shape[-1])
    tensors = [tx, *module.parameters()]

    def work() -> None:
        torch.set_num_threads(threads)
        torch.autograd.grad(module(tx), tensors, tdy)

    return work


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=25, help="rounds that count")
    parser.add_argument("--only", default="", help="only layers whose name begins so")
    arguments = parser.parse_args()
    print(f"{describe()}, PyTorch {torch.__version__}\n")
    print("| layer | input | glassnet, half | PyTorch, all | ratio | PyTorch, half | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    generator = np.random.default_rng(0)
    for name, (ours, theirs, images) in cases().items():
        if not name.startswith(arguments.only):
            continue
        for shape in IMAGES if images else ROWS:
            x, dy = (generator.standard_normal(shape, np.float32) for _ in range(2))
            half = shape[0] // 2
            with threadpool_limits(1, user_api="blas"):
                own, whole, part = medians(
                    [
                        glassnet(ours, x[:half], dy[:half]),
                        pytorch(theirs, x, dy, 2),
                        pytorch(theirs, x[:half], dy[:half], 1),
                    ],
                    arguments.rounds,
                )
            print(
                f"| {name} | {' × '.join(map(str, shape))} | {own:.2f} ms | {whole:.2f} ms | "
                f"{own / whole:.2f} | {part:.2f} ms | {own / part:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
