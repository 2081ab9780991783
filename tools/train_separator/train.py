"""Train the network of the draft tier, from nothing: songs, clips, weights.

    python tools/train_separator/train.py --folder FOLDER

needs numpy, torch and this checkout. Everything random is seeded and steps are counted, not timed, so that the same
versions on the same kind of processor give the same weights.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

HERE = Path(__file__).resolve().parent
SRC = HERE.parents[1] / "src"
sys.path[:0] = [str(HERE), str(SRC)]

import numpy as np  # noqa: E402
from clips import N_FRAMES, Clip, make_clip  # noqa: E402
from songs import STEMS, song  # noqa: E402

from tonmeister.dsp.separation_cues import N_BANDS  # noqa: E402

FIRST_SEED = 1000
CUT_FRAMES = 48
WEIGHTS = SRC / "tonmeister" / "engines" / "separation_draft.npz"


def make_songs(folder: Path, n: int) -> list[np.ndarray]:
    """Render the songs that are not there yet, and open all."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(FIRST_SEED, FIRST_SEED + n):
        file = folder / f"{seed:04d}.npy"
        if not file.exists():
            stems = song(seed)
            held = file.with_suffix(".part.npy")
            np.save(held, np.stack([stems[name] for name in STEMS]).astype(np.float16))
            held.replace(file)
            print(f"song {seed}", flush=True)
    return [np.load(folder / f"{seed:04d}.npy", mmap_mode="r") for seed in range(FIRST_SEED, FIRST_SEED + n)]


class Clips:
    """All clips, in three files."""

    def __init__(self, folder: Path, n: int, songs: list[np.ndarray] | None) -> None:
        first = make_clip(np.random.default_rng([1, 0]), songs) if songs else None
        n_cues = first.cues.shape[-1] if first else int((folder / "n_cues").read_text())
        mode = "w+" if songs else "r"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "n_cues").write_text(str(n_cues))
        shape = (n, N_FRAMES, N_BANDS)
        self.n, self.n_cues = n, n_cues
        self.cues = np.lib.format.open_memmap(folder / "cues.npy", mode, np.int8, (*shape, n_cues))
        self.masks = np.lib.format.open_memmap(folder / "masks.npy", mode, np.uint8, (*shape, 8))
        self.power = np.lib.format.open_memmap(folder / "power.npy", mode, np.float32, (*shape, 2))
        for number in range(n if songs else 0):
            self._put(number, make_clip(np.random.default_rng([1, number]), songs or []))
            if number % 50 == 0:
                print(f"clip {number}", flush=True)

    def _put(self, number: int, clip: Clip) -> None:
        self.cues[number], self.masks[number], self.power[number] = clip.cues, clip.masks, clip.power

    def cut(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `CUT_FRAMES` frames of a clip, from anywhere."""
        number, start = int(rng.integers(self.n)), int(rng.integers(N_FRAMES - CUT_FRAMES + 1))
        part = slice(start, start + CUT_FRAMES)
        return self.cues[number, part], self.masks[number, part], self.power[number, part]


def train(clips: Clips, n_steps: int, n_batch: int, seed: int, rate: float, start: Path | None, folder: Path):  # type: ignore[no-untyped-def]
    """Fit the network; return it with the running mean of its weights."""
    import torch
    from network import Separator

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Separator(clips.n_cues).to(memory_format=torch.channels_last)
    if start is not None:
        net.load_state_dict(torch.load(start, weights_only=True))
    mean = {name: value.clone() for name, value in net.state_dict().items()}
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    began, total = time.process_time(), 0.0
    for step in range(n_steps):
        warm = min(1.0, (step + 1) / 60)
        for group in optimiser.param_groups:
            group["lr"] = rate * warm * (0.5 + 0.5 * np.cos(np.pi * step / n_steps)) + rate * 0.01
        batch = [clips.cut(rng) for _ in range(n_batch)]
        loss = _loss(net, *(torch.from_numpy(np.stack(part)) for part in zip(*batch, strict=True)))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        keep = min(0.99, step / (step + 10))
        for name, value in net.state_dict().items():
            mean[name].mul_(keep).add_(value, alpha=1 - keep)
        total += float(loss.detach())
        if step % 100 == 99:
            torch.save(mean, folder / "network.pt")
            print(f"step {step + 1}: {total / 100:.3f} dB, {time.process_time() - began:.0f} CPU s", flush=True)
            total = 0.0
    net.load_state_dict(mean)
    return net


def _loss(net, cues, masks, power):  # type: ignore[no-untyped-def]
    """Return the level of the error under each stem in dB, by power and by its root, which hears quiet cells."""
    import torch

    x = cues.float().mul_(1 / 127).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    batch, _, frames, bands = x.shape
    wanted = masks.float().mul_(1 / 255).reshape(batch, frames, bands, 2, 4).permute(0, 3, 4, 1, 2)
    weight = power.permute(0, 3, 1, 2)[:, :, None]
    told = net(x)
    total = 0.0
    for exponent, part in ((1.0, 0.6), (0.5, 0.4)):
        w = weight**exponent
        whole = w.sum(dim=(1, 3, 4))
        error = (w * (told - wanted) ** 2).sum(dim=(1, 3, 4))
        truth = (w * wanted**2).sum(dim=(1, 3, 4))
        ratio = (error + 1e-3 * whole) / (truth + 1e-2 * whole)
        total = total + part * (10 * torch.log10(ratio)).mean()
    return total


def save(net, path: Path) -> None:  # type: ignore[no-untyped-def]
    """Write the weights in the layout that numpy multiplies with, in half precision."""
    layers = {}
    for group in ("close", "wide", "decide"):
        for number, layer in enumerate(getattr(net, group)):
            weight = layer.weight.detach().numpy().transpose(2, 3, 1, 0)
            if group != "wide":
                weight = weight[0, 0]
            layers[f"{group}{number}.weight"] = weight.astype(np.float16)
            layers[f"{group}{number}.bias"] = layer.bias.detach().numpy().astype(np.float16)
    np.savez(path, **layers)
    print(f"{sum(value.size for value in layers.values())} weights, {path.stat().st_size} bytes: {path.name}")


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where songs and clips are kept (about 7 GB)")
    parser.add_argument("--n-songs", type=int, default=180)
    parser.add_argument("--n-clips", type=int, default=1000)
    parser.add_argument("--n-steps", type=int, default=2000)
    parser.add_argument("--n-batch", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--keep-clips", action="store_true", help="take the clips that are there")
    parser.add_argument("--start", type=Path, help="weights to go on from, as the last run left them in FOLDER")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    songs = None if given.keep_clips else make_songs(given.folder / "songs", given.n_songs)
    clips = Clips(given.folder / "clips", given.n_clips, songs)
    net = train(clips, given.n_steps, given.n_batch, given.seed, given.rate, given.start, given.folder)
    import torch

    torch.save(net.state_dict(), given.folder / "network.pt")
    save(net, given.out)


if __name__ == "__main__":
    main()
