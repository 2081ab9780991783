"""The network as torch trains it; `tonmeister.engines.separation_network` runs the same in numpy.

While it is trained every layer is followed by a normalisation over the batch, which lets it learn in few steps. Saved
are layers into which these are multiplied.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from tonmeister.engines.separation_network import DILATIONS, N_CLOSE, N_WIDE, POOL, place_cues


class Layer(nn.Module):
    """A convolution, its normalisation, and a rectifier."""

    def __init__(self, n_in: int, n_out: int, size: int = 1, dilation: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        padding = dilation if size == 3 else (0, 0)
        self.convolution = nn.Conv2d(n_in, n_out, size, padding=padding, dilation=dilation, bias=False)
        self.normal = nn.BatchNorm2d(n_out, momentum=0.05)

    def forward(self, x: Tensor) -> Tensor:
        """Pass on."""
        return torch.relu_(self.normal(self.convolution(x)))

    def folded(self) -> tuple[np.ndarray, np.ndarray]:
        """Return weight (out, in, time, frequency) and bias of the layer as it is once trained."""
        gain = self.normal.weight / torch.sqrt(self.normal.running_var + self.normal.eps)
        bias = self.normal.bias - self.normal.running_mean * gain
        weight = self.convolution.weight * gain[:, None, None, None]
        return weight.detach().numpy(), bias.detach().numpy()


class Separator(nn.Module):
    """Looks closely at every cell, then around in coarser steps, and decides."""

    def __init__(self, n_cues: int) -> None:
        super().__init__()
        place = torch.tensor(place_cues())
        self.register_buffer("place", place.T[None, :, None, :].contiguous(), persistent=False)
        self.close = nn.ModuleList([Layer(n_cues + place.shape[1], N_CLOSE), Layer(N_CLOSE, N_CLOSE)])
        self.wide = nn.ModuleList(
            Layer(N_CLOSE if number == 0 else N_WIDE, N_WIDE, 3, dilation) for number, dilation in enumerate(DILATIONS)
        )
        self.decide = nn.ModuleList([Layer(N_CLOSE + N_WIDE, N_CLOSE)])
        self.last = nn.Conv2d(N_CLOSE, 8, 1)

    def forward(self, cues: Tensor) -> Tensor:
        """Take (batch, cues, frames, bands), return masks (batch, 2, 4, frames, bands)."""
        batch, _, frames, bands = cues.shape
        x = torch.cat([cues, self.place.expand(batch, -1, frames, -1)], dim=1)
        for layer in self.close:
            x = layer(x)
        around = nn.functional.avg_pool2d(x, POOL)
        for number, layer in enumerate(self.wide):
            step = layer(around)
            around = step if number == 0 else around + step
        around = nn.functional.interpolate(around, scale_factor=POOL, mode="nearest")
        x = self.decide[0](torch.cat([x, around], dim=1))
        return torch.softmax(self.last(x).reshape(batch, 2, 4, frames, bands), dim=2)

    def layers(self) -> dict[str, np.ndarray]:
        """Return all weights in the layout that numpy multiplies with: (time, frequency, in, out), or (in, out)."""
        found = {}
        for group in ("close", "wide", "decide"):
            for number, layer in enumerate(getattr(self, group)):
                found[f"{group}{number}"] = layer.folded()
        found["decide1"] = (self.last.weight.detach().numpy(), self.last.bias.detach().numpy())
        flat = {}
        for name, (weight, bias) in found.items():
            moved = weight.transpose(2, 3, 1, 0)
            flat[f"{name}.weight"] = moved if name.startswith("wide") else moved[0, 0]
            flat[f"{name}.bias"] = bias
        return flat
