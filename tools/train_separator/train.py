"""Train the network of the draft tier, from nothing: songs, clips, weights.

    python tools/train_separator/train.py --folder FOLDER

needs numpy, torch and this checkout. Everything random is seeded and steps are counted, not timed, so that the same
versions on the same kind of processor give the same weights.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

HERE = Path(__file__).resolve().parent
SRC = HERE.parents[1] / "src"
sys.path[:0] = [str(HERE), str(SRC)]

import numpy as np  # noqa: E402
from clips import N_FRAMES, Clip, make_clip  # noqa: E402
from songs import STEMS, demo_song, song  # noqa: E402

from tonmeister.dsp.separation_cues import N_BANDS  # noqa: E402

FIRST_SEED = 1000
N_SEEDS, N_DEMO_SONGS = 66, 12
N_CUES = 36
CUT_FRAMES = 48
WEIGHTS = SRC / "tonmeister" / "engines" / "separation_draft.npz"


def make_songs(folder: Path, n: int) -> list[np.ndarray]:
    """Render the songs of bands that are not there yet, and open all: two for each of ``n`` seeds."""
    return [
        _kept(folder / f"{seed:04d}{'-heavy' if heavy else ''}.npy", functools.partial(song, seed, heavy=heavy))
        for seed, heavy in itertools.product(range(FIRST_SEED, FIRST_SEED + n), (False, True))
    ]


def make_demo_songs(folder: Path, n: int) -> list[np.ndarray]:
    """Render the demo songs that are not there yet, and open all."""
    first = 2 * FIRST_SEED
    return [
        _kept(folder / f"{seed:04d}-demo.npy", functools.partial(demo_song, seed)) for seed in range(first, first + n)
    ]


def _kept(file: Path, make: Callable[[], dict[str, np.ndarray]]) -> np.ndarray:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        stems = make()
        held = file.with_suffix(".part.npy")
        np.save(held, np.stack([stems[name] for name in STEMS]).astype(np.float16))
        held.replace(file)
        print(f"song {file.stem}", flush=True)
    return np.load(file, mmap_mode="r")


class Clips:
    """All clips, in three files."""

    def __init__(self, folder: Path, n: int, n_demo: int, songs: Path | None) -> None:
        """Make the clips, the last ``n_demo`` of them from demo songs; without ``songs`` open those that are there."""
        folder.mkdir(parents=True, exist_ok=True)
        shape = (n, N_FRAMES, N_BANDS)
        mode = "r" if songs is None else "w+"
        self.n = n
        self.cues = np.lib.format.open_memmap(folder / "cues.npy", mode, np.int8, (*shape, N_CUES))
        self.masks = np.lib.format.open_memmap(folder / "masks.npy", mode, np.uint8, (*shape, 8))
        self.power = np.lib.format.open_memmap(folder / "power.npy", mode, np.float32, (*shape, 2))
        if songs is not None:
            self._make(range(n - n_demo), make_songs(songs, N_SEEDS))
            self._make(range(n - n_demo, n), make_demo_songs(songs, N_DEMO_SONGS))

    def _make(self, numbers: range, songs: list[np.ndarray]) -> None:
        for number in numbers:
            self._put(number, make_clip(np.random.default_rng([1, number]), songs))
            if number % 50 == 0:
                print(f"clip {number}", flush=True)

    def _put(self, number: int, clip: Clip) -> None:
        self.cues[number], self.masks[number], self.power[number] = clip.cues, clip.masks, clip.power

    def cut(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `CUT_FRAMES` frames of a clip, from anywhere."""
        number, start = int(rng.integers(self.n)), int(rng.integers(N_FRAMES - CUT_FRAMES + 1))
        part = slice(start, start + CUT_FRAMES)
        return self.cues[number, part], self.masks[number, part], self.power[number, part]


def train(clips: Clips, n_steps: int, n_batch: int, seed: int, rate: float, folder: Path):  # type: ignore[no-untyped-def]
    """Fit the network; return it with the running mean of its weights."""
    import torch
    from network import Separator

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Separator(N_CUES).to(memory_format=torch.channels_last)
    mean = {name: value.detach().clone() for name, value in net.named_parameters()}
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    began, total = time.process_time(), 0.0
    for step in range(n_steps):
        warm = min(1.0, (step + 1) / 20)
        for group in optimiser.param_groups:
            group["lr"] = rate * warm * (0.5 + 0.5 * np.cos(np.pi * step / n_steps)) + rate * 0.01
        loss = _loss(net, *_batch(clips, rng, n_batch))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        keep = min(0.98, step / (step + 10))
        for name, value in net.named_parameters():
            mean[name].mul_(keep).add_(value.detach(), alpha=1 - keep)
        total += float(loss.detach())
        if step % 50 == 49:
            torch.save(mean, folder / "network.pt")
            print(f"step {step + 1}: {total / 50:.3f} dB, {time.process_time() - began:.0f} CPU s", flush=True)
            total = 0.0
    settle(net, mean, clips, rng)
    return net


def _batch(clips: Clips, rng: np.random.Generator, n_batch: int):  # type: ignore[no-untyped-def]
    import torch

    parts = zip(*(clips.cut(rng) for _ in range(n_batch)), strict=True)
    return [torch.from_numpy(np.stack(part)) for part in parts]


def settle(net, mean, clips: Clips, rng: np.random.Generator) -> None:  # type: ignore[no-untyped-def]
    """Take the mean weights, and measure anew what the layers' normalisations go by."""
    import torch

    net.load_state_dict(mean, strict=False)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # a plain mean over the batches to come
    net.train()
    with torch.no_grad():
        for _ in range(16):
            net(_seen(_batch(clips, rng, 4)[0]))
    net.eval()


def _seen(cues):  # type: ignore[no-untyped-def]
    import torch

    return cues.float().mul_(1 / 127).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _loss(net, cues, masks, power):  # type: ignore[no-untyped-def]
    """Return the level of the error under each stem in dB, by power and by its root, which hears quiet cells."""
    import torch

    x = _seen(cues)
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
    layers = {name: value.astype(np.float16) for name, value in net.layers().items()}
    np.savez(path, **layers)
    print(f"{sum(value.size for value in layers.values())} weights, {path.stat().st_size} bytes: {path.name}")


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where songs and clips are kept (about 7 GB)")
    parser.add_argument("--n-clips", type=int, default=500)
    parser.add_argument("--n-demo-clips", type=int, default=150)
    parser.add_argument("--n-steps", type=int, default=2000)
    parser.add_argument("--n-batch", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1e-2)
    parser.add_argument("--keep-clips", action="store_true", help="take the clips that are there")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    songs = None if given.keep_clips else given.folder / "songs"
    clips = Clips(given.folder / "clips", given.n_clips, given.n_demo_clips, songs)
    net = train(clips, given.n_steps, given.n_batch, given.seed, given.rate, given.folder)
    save(net, given.out)


if __name__ == "__main__":
    main()
