"""What glassnet is compared with: its layers, with the same weights, and updates in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from glassnet import nn

Tensor = torch.Tensor


class Twin(torch.nn.Module):
    """Layers of glassnet, one after the other, as PyTorch would have them: channels first.

    Parameters
    ----------
    layers : iterable of Layer
        Initialized layers of glassnet. Their weights are copied.
    generator : numpy.random.Generator, optional
        The source of noise, which is then drawn exactly as glassnet draws it. Without it PyTorch
        draws the noise.

    Attributes
    ----------
    auxiliary_loss : float or Tensor
        What the last `forward` adds to the loss: penalties and divergences.
    """

    def __init__(
        self, layers: Iterable[nn.Layer], generator: np.random.Generator | None = None
    ) -> None:
        super().__init__()
        self._generator = generator
        self._steps: list[Callable[[Tensor], Tensor]] = []
        self._modules_by_layer: list[tuple[nn.Layer, torch.nn.Module]] = []
        for layer in layers:
            self._steps.append(getattr(self, f"_{type(layer).__name__.lower()}")(layer))

    def forward(self, x: Tensor) -> Tensor:
        """Return logits for images (N, 28, 28)."""
        self.auxiliary_loss: Any = 0.0
        for step in self._steps:
            x = step(x)
        return x

    def weights(self) -> list[tuple[nn.Layer, np.ndarray, np.ndarray]]:
        """Return each layer with parameters, and the twin's W and b, laid out as the layer's."""
        found = []
        for layer, module in self._modules_by_layer:
            weight = module.weight.detach()
            order = {nn.Dense: (1, 0), nn.Conv2D: (2, 3, 1, 0)}.get(type(layer), (2, 3, 0, 1))
            found.append((layer, weight.permute(order).numpy(), module.bias.detach().numpy()))
        return found

    def _add(self, layer: Any, module: torch.nn.Module, order: tuple[int, ...]) -> torch.nn.Module:
        """Copy the layer's weights into a module, the axes of W in this order."""
        module.to(torch.from_numpy(layer.W).dtype)
        with torch.no_grad():
            module.weight.copy_(torch.from_numpy(layer.W.transpose(order).copy()))
            module.bias.copy_(torch.from_numpy(layer.b))
        self.add_module(f"layer{len(self._modules_by_layer)}", module)
        self._modules_by_layer.append((layer, module))
        return module

    def _draw(self, shape: torch.Size, kind: str, like: Tensor) -> Tensor:
        if self._generator is None:
            draw = torch.randn if kind == "standard_normal" else torch.rand
            return draw(shape, dtype=like.dtype)
        drawn = getattr(self._generator, kind)(tuple(shape), dtype=np.float32)
        return torch.from_numpy(drawn).to(like.dtype)

    # One method for each kind of layer.

    def _dense(self, layer: nn.Dense) -> Callable[[Tensor], Tensor]:
        module = self._add(layer, torch.nn.Linear(layer.in_features, layer.out_features), (1, 0))

        def step(x: Tensor) -> Tensor:
            if x.ndim == 4:  # at each position of an image
                return module(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            return module(x)

        return step

    def _conv2d(self, layer: nn.Conv2D) -> Callable[[Tensor], Tensor]:
        size = layer.kernel_size
        same = layer.padding == "same" and layer.stride == (1, 1)
        padding = [side // 2 if same else 0 for side in size]
        module = torch.nn.Conv2d(
            layer.in_channels, layer.out_channels, size, layer.stride, padding=padding
        )
        convolve = self._add(layer, module, (3, 2, 0, 1))
        if same and size[0] % 2 == 0:  # of which an even kernel reads one row and column less
            return lambda x: convolve(x)[:, :, 1:, 1:]
        return convolve

    def _conv2dtranspose(self, layer: nn.Conv2DTranspose) -> Callable[[Tensor], Tensor]:
        module = torch.nn.ConvTranspose2d(
            layer.in_channels,
            layer.out_channels,
            layer.kernel_size,
            layer.stride,
            padding=layer.kernel_size[0] // 2 if layer.padding == "same" else 0,
        )
        return self._add(layer, module, (2, 3, 0, 1))

    def _relu(self, layer: nn.ReLU) -> Callable[[Tensor], Tensor]:
        return functional.relu

    def _maxpool2d(self, layer: nn.MaxPool2D) -> Callable[[Tensor], Tensor]:
        return lambda x: functional.max_pool2d(x, layer.pool_size, ceil_mode=True)

    def _upsampling2d(self, layer: nn.UpSampling2D) -> Callable[[Tensor], Tensor]:
        return lambda x: functional.interpolate(x, scale_factor=layer.size, mode="nearest")

    def _flatten(self, layer: nn.Flatten) -> Callable[[Tensor], Tensor]:
        return lambda x: (x.permute(0, 2, 3, 1) if x.ndim == 4 else x).flatten(1)

    def _reshape(self, layer: nn.Reshape) -> Callable[[Tensor], Tensor]:
        if len(layer.shape) == 3:
            return lambda x: x.reshape(-1, *layer.shape).permute(0, 3, 1, 2)
        return lambda x: x.reshape(-1, *layer.shape)

    def _dropout(self, layer: nn.Dropout) -> Callable[[Tensor], Tensor]:
        def step(x: Tensor) -> Tensor:
            if not self.training:
                return x
            return x * (self._draw(x.shape, "random", x) >= layer.rate) / (1 - layer.rate)

        return step

    def _gaussiannoise(self, layer: nn.GaussianNoise) -> Callable[[Tensor], Tensor]:
        def step(x: Tensor) -> Tensor:
            if not self.training:
                return x
            noisy = x + layer.std * self._draw(x.shape, "standard_normal", x)
            return noisy.clamp(layer.low, layer.high)

        return step

    def _gaussiansampling(self, layer: nn.GaussianSampling) -> Callable[[Tensor], Tensor]:
        def step(x: Tensor) -> Tensor:
            mean, log_variance = x[:, : layer.size], x[:, layer.size :]
            divergence = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum()
            self.auxiliary_loss = self.auxiliary_loss + layer.weight * divergence / len(x)
            if not self.training:
                return mean
            noise = self._draw(mean.shape, "standard_normal", x)
            return mean + (0.5 * log_variance).exp() * noise

        return step

    def _activityregularization(
        self, layer: nn.ActivityRegularization
    ) -> Callable[[Tensor], Tensor]:
        def step(x: Tensor) -> Tensor:
            self.auxiliary_loss = self.auxiliary_loss + layer.l1 * x.abs().sum()
            return x

        return step


def optimizer_like(options: dict[str, Any], twin: torch.nn.Module) -> torch.optim.Optimizer:
    """Return the optimizer that a recipe's options name; of these only Adam decays weights."""
    if options["optimizer"] == "adam":
        return torch.optim.AdamW(
            twin.parameters(), lr=options["learning-rate"], weight_decay=options["weight-decay"]
        )
    if options["optimizer"] == "adadelta":
        return torch.optim.Adadelta(
            twin.parameters(), lr=options["learning-rate"], rho=options["rho"], eps=1e-7
        )
    return torch.optim.RMSprop(twin.parameters(), lr=options["learning-rate"], alpha=options["rho"])


def make_update(loss: Tensor, optimizer: torch.optim.Optimizer, clip: float = 0.0) -> float:
    """Make one update against the gradients of a loss, and return its value.

    `clip` is the largest norm allowed of all gradients together; 0 is no limit.
    """
    optimizer.zero_grad()
    loss.backward()
    if clip:
        torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], clip)
    optimizer.step()
    return loss.item()
