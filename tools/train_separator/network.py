"""The network as torch trains it; `tonmeister.engines.separation_network` runs the same in numpy."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tonmeister.engines.separation_network import DILATIONS, N_CLOSE, N_WIDE, POOL, place_cues


class Separator(nn.Module):
    """Looks closely at every cell, then around in coarser steps, and decides."""

    def __init__(self, n_cues: int) -> None:
        super().__init__()
        place = torch.tensor(place_cues())
        self.register_buffer("place", place.T[None, :, None, :].contiguous(), persistent=False)
        self.close = nn.ModuleList([nn.Conv2d(n_cues + place.shape[1], N_CLOSE, 1), nn.Conv2d(N_CLOSE, N_CLOSE, 1)])
        self.wide = nn.ModuleList(
            nn.Conv2d(N_CLOSE if number == 0 else N_WIDE, N_WIDE, 3, padding=dilation, dilation=dilation)
            for number, dilation in enumerate(DILATIONS)
        )
        self.decide = nn.ModuleList([nn.Conv2d(N_CLOSE + N_WIDE, N_CLOSE, 1), nn.Conv2d(N_CLOSE, 8, 1)])

    def forward(self, cues: Tensor) -> Tensor:
        """Take (batch, cues, frames, bands), return masks (batch, 2, 4, frames, bands)."""
        batch, _, frames, bands = cues.shape
        x = torch.cat([cues, self.place.expand(batch, -1, frames, -1)], dim=1)
        for layer in self.close:
            x = torch.relu(layer(x))
        around = nn.functional.avg_pool2d(x, POOL)
        for number, layer in enumerate(self.wide):
            step = torch.relu(layer(around))
            around = step if number == 0 else around + step
        around = nn.functional.interpolate(around, scale_factor=POOL, mode="nearest")
        x = torch.relu(self.decide[0](torch.cat([x, around], dim=1)))
        return torch.softmax(self.decide[1](x).reshape(batch, 2, 4, frames, bands), dim=2)
