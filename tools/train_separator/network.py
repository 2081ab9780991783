"""The network as torch trains it; `tonmeister.engines.separation_network` runs the same in numpy.

In the first sitting every layer is followed by a normalisation over the batch, which lets it learn in few steps. For
the second these are multiplied into the layers, and the network gets its wider look.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from tonmeister.dsp.separation_cues import N_BANDS
from tonmeister.engines.separation_network import (
    ACROSS,
    DILATIONS,
    FAR_AFTER,
    FAR_POOL,
    N_ACROSS,
    N_CLOSE,
    N_WIDE,
    POOL,
    place_cues,
)


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
    """The first sitting's: looks closely at every cell, then around in coarser steps, and decides."""

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


class Refined(nn.Module):
    """The network as it is used: without normalisation, and with what the second sitting of the training adds.

    It begins as exactly what `Separator` has learnt; what is added begins by adding nothing.
    """

    def __init__(self, learnt: dict[str, np.ndarray]) -> None:
        super().__init__()
        self.register_buffer("place", torch.tensor(place_cues()), persistent=False)
        given = {name: torch.tensor(value, dtype=torch.float32) for name, value in learnt.items()}
        n_coarse = N_BANDS // POOL[1]
        if "up.weight" not in given:
            given |= _additions(given, n_coarse)
        self.weights = nn.ParameterDict({name.replace(".", "_"): nn.Parameter(value) for name, value in given.items()})

    def __getitem__(self, name: str) -> Tensor:
        """Return a layer's weight or bias."""
        return self.weights[name.replace(".", "_")]

    def forward(self, cues: Tensor) -> Tensor:
        """Take (batch, frames, bands, cues), return masks (batch, 2, 4, frames, bands)."""
        batch, frames, bands, n_cues = cues.shape
        first = self["close0.weight"]
        x = torch.relu_(cues @ first[:n_cues] + (self.place @ first[n_cues:] + self["close0.bias"]))
        x = torch.relu_(nn.functional.linear(x, self["close1.weight"].T, self["close1.bias"]))
        coarse = (batch, frames // POOL[0], bands // POOL[1])
        cut = x.reshape(batch, coarse[1], POOL[0], coarse[2], POOL[1], N_CLOSE).permute(0, 1, 3, 2, 4, 5)
        around = self._looked_around(cut.reshape(*coarse, -1, N_CLOSE))
        weight = self["decide0.weight"]
        said = (around @ self["up.weight"]).reshape(*coarse, *POOL, N_CLOSE).permute(0, 1, 3, 2, 4, 5)
        close = nn.functional.linear(x, weight[:N_CLOSE].T, self["decide0.bias"])
        x = torch.relu_(close + said.reshape(batch, frames, bands, N_CLOSE))
        logits = nn.functional.linear(x, self["decide1.weight"].T, self["decide1.bias"])
        return torch.softmax(logits.reshape(batch, frames, bands, 2, 4), dim=-1).permute(0, 3, 4, 1, 2)

    def _looked_around(self, cut: Tensor) -> Tensor:
        """Take (batch, frames, bands, cells of one, N_CLOSE) in coarse steps, return (batch, frames, bands, N_WIDE)."""
        around = cut.mean(dim=3).permute(0, 3, 1, 2)
        extra = (cut.flatten(3) @ self["down.weight"]).permute(0, 3, 1, 2)
        for number, dilation in enumerate(DILATIONS):
            step = self._convolved(around, f"wide{number}", dilation)
            around = torch.relu(step + extra) if number == 0 else around + torch.relu_(step)
            if number in ACROSS:
                across = torch.relu_(around @ self[f"across{number}.weight"] + self[f"across{number}.bias"])
                around = around + across @ self[f"across{number}.back"]
            if number == FAR_AFTER:
                around = around + self._looked_far(around)
        return around.permute(0, 2, 3, 1)

    def _looked_far(self, around: Tensor) -> Tensor:
        far = nn.functional.avg_pool2d(around, FAR_POOL, ceil_mode=True, count_include_pad=False)
        for number in range(2):
            far = torch.relu_(self._convolved(far, f"far{number}", (1, 1)))
        told = torch.einsum("bctf,cd->bdtf", far, self["far.back"])
        wide = nn.functional.interpolate(told, scale_factor=FAR_POOL, mode="nearest")
        return wide[:, :, : around.shape[2], : around.shape[3]]

    def _convolved(self, x: Tensor, name: str, dilation: tuple[int, int]) -> Tensor:
        kernel = self[f"{name}.weight"].permute(3, 2, 0, 1)
        return nn.functional.conv2d(x, kernel, self[f"{name}.bias"], padding=dilation, dilation=dilation)

    def layers(self) -> dict[str, np.ndarray]:
        """Return all weights in the layout that numpy multiplies with."""
        return {name.replace("_", "."): value.detach().numpy() for name, value in self.weights.items()}


def _additions(given: dict[str, Tensor], n_coarse: int) -> dict[str, Tensor]:
    n_cells = POOL[0] * POOL[1]
    drawn = torch.Generator().manual_seed(1)

    def small(*shape: int, fan: int) -> Tensor:
        return torch.randn(*shape, generator=drawn) * (2 / fan) ** 0.5

    added = {
        "down.weight": torch.zeros(n_cells * N_CLOSE, N_WIDE),
        "up.weight": given["decide0.weight"][N_CLOSE:].repeat(1, n_cells),
        "far.back": torch.zeros(N_WIDE, N_WIDE),
    }
    for number in ACROSS:
        added[f"across{number}.weight"] = small(n_coarse, N_ACROSS, fan=n_coarse)
        added[f"across{number}.bias"] = torch.zeros(N_ACROSS)
        added[f"across{number}.back"] = torch.zeros(N_ACROSS, n_coarse)
    for number in range(2):
        added[f"far{number}.weight"] = small(3, 3, N_WIDE, N_WIDE, fan=9 * N_WIDE)
        added[f"far{number}.bias"] = torch.zeros(N_WIDE)
    given["decide0.weight"] = given["decide0.weight"][:N_CLOSE]
    return added
