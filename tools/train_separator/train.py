"""Train the network of the draft tier, from nothing: songs, clips, weights.

    python tools/train_separator/train.py --folder FOLDER [--short]

needs numpy, torch and this checkout. Everything random is seeded and steps are counted, not timed, so that the same
versions on the same kind of processor give the same weights. ``--short`` goes the whole way with hardly any songs,
clips and steps, to see that it can be gone; what it has learnt is left in FOLDER and worth nothing.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

HERE = Path(__file__).resolve().parent
SRC = HERE.parents[1] / "src"
sys.path[:0] = [str(HERE), str(SRC)]

import numpy as np  # noqa: E402
from clips import FOLDED, N_FRAMES, PLAIN, PLAINEST, WILD, Clip, Manner, make_clip  # noqa: E402
from sampled import check_soundfont  # noqa: E402
from songs import STEMS, arranged_song, demo_song, plain_song, sampled_song, song  # noqa: E402
from spoken import check_speech  # noqa: E402

from tonmeister.dsp.separation_cues import N_BANDS, N_CUES  # noqa: E402

FIRST_SEED = 1000
CUT_FRAMES, LONG_CUT_FRAMES = 48, 64
WEIGHTS = SRC / "tonmeister" / "engines" / "separation_draft.npz"

Kinds = list[tuple[float, np.ndarray]]
Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class Counts:
    """How much there is of everything."""

    songs: tuple[int, int, int, int, int] = (66, 12, 30, 23, 24)
    """Seeds of bands (two songs each), demo songs, songs of sampled instruments, arranged songs, plain songs."""
    clips: tuple[int, int, int, int, int, int] = (350, 150, 120, 110, 100, 40)
    """Of bands, of demo songs, of these two and sampled instruments, of arranged songs, of plain ones, in mono."""


@dataclass(frozen=True)
class Sitting:
    """How one of the sittings learns: what it hears, for how long, and how fast."""

    kinds: str
    n_steps: int
    rate: float
    frames: int = LONG_CUT_FRAMES
    slowness: float = 0.99
    """How much of its running mean the weights keep at each step."""
    hold: float = 0.0
    """The share of steps at the full rate, before it falls."""
    after: str | None = None
    """From which sitting it goes on; by default from the one before."""


SITTINGS = (
    Sitting("first", 2000, 1e-2, CUT_FRAMES, 0.98),
    Sitting("second", 1200, 1.5e-3, CUT_FRAMES),
    Sitting("third", 1500, 1.5e-3),
    Sitting("fourth", 1400, 1.5e-3, slowness=0.995, hold=4 / 7),
    Sitting("fifth", 250, 1e-3, slowness=0.995, hold=1.0),
    Sitting("sixth", 400, 1e-3, slowness=0.995, hold=1.0, after="fourth"),
    Sitting("seventh", 800, 1.5e-3, slowness=0.995, hold=0.5),
)
SHARES = {"second": 0.05, "fifth": 0.4, "seventh": 0.55}
"""The weights are this mean of what the sittings have learnt, which does better on real songs than the last alone."""
SHORT = Counts((1, 1, 1, 1, 1), (2, 2, 2, 2, 2, 2))
SHORT_SITTINGS = tuple(replace(one, n_steps=4) for one in SITTINGS)


def make_songs(folder: Path, n: int) -> list[np.ndarray]:
    """Render the songs of bands that are not there yet, and open all: two for each of ``n`` seeds."""
    return [
        _kept(folder / f"{seed:04d}{'-heavy' if heavy else ''}.npy", functools.partial(song, seed, heavy=heavy))
        for seed, heavy in itertools.product(range(FIRST_SEED, FIRST_SEED + n), (False, True))
    ]


def make_others(folder: Path, n: int, kind: str) -> list[np.ndarray]:
    """Render the songs of another kind that are not there yet, and open all: one for each of ``n`` seeds."""
    thousand, render = {
        "demo": (2, demo_song),
        "sampled": (3, sampled_song),
        "arranged": (4, arranged_song),
        "plain": (5, plain_song),
    }[kind]
    seeds = range(thousand * FIRST_SEED, thousand * FIRST_SEED + n)
    return [_kept(folder / f"{seed:04d}-{kind}.npy", functools.partial(render, seed)) for seed in seeds]


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
    """All clips, in three files, kind after kind as in `Counts.clips`."""

    def __init__(self, folder: Path, counts: Counts, songs: Path | None) -> None:
        """Make so many clips of each kind; without ``songs`` open those that are there."""
        folder.mkdir(parents=True, exist_ok=True)
        shape = (sum(counts.clips), N_FRAMES, N_BANDS)
        mode = "r" if songs is None else "w+"
        ends = np.cumsum([0, *counts.clips]).tolist()
        bands, demo, together, arranged, plain, mono = (np.arange(*two) for two in itertools.pairwise(ends))
        shown_or_played = np.concatenate([bands, demo])
        self.kinds: dict[str, Kinds] = {
            "first": [(1.0, shown_or_played)],
            "second": [(1.0, np.concatenate([shown_or_played, together]))],
            "third": [(0.4, shown_or_played), (0.2, together), (0.4, arranged)],
            "fourth": [(0.2, bands), (0.08, demo), (0.14, together), (0.2, arranged), (0.3, plain), (0.08, mono)],
            "fifth": [(0.34, bands), (0.1, demo), (0.2, together), (0.16, arranged), (0.12, plain), (0.08, mono)],
            "sixth": [(0.3, bands), (0.22, demo), (0.16, together), (0.12, arranged), (0.14, plain), (0.06, mono)],
            "seventh": [(0.2, bands), (0.16, demo), (0.12, together), (0.12, arranged), (0.34, plain), (0.06, mono)],
        }
        """What each sitting hears: how often, and which clips."""
        self.cues = np.lib.format.open_memmap(folder / "cues.npy", mode, np.int8, (*shape, N_CUES))
        self.masks = np.lib.format.open_memmap(folder / "masks.npy", mode, np.uint8, (*shape, 8))
        self.power = np.lib.format.open_memmap(folder / "power.npy", mode, np.float32, (*shape, 2))
        if songs is not None:
            n_bands, n_demo, n_sampled, n_arranged, n_plain = counts.songs
            played, shown = make_songs(songs, n_bands), make_others(songs, n_demo, "demo")
            mixed = played + 3 * shown + 4 * make_others(songs, n_sampled, "sampled")
            self._make(bands, 0, played)
            self._make(demo, 350, shown)
            self._make(together, 650, mixed)
            self._make(arranged, 770, make_others(songs, n_arranged, "arranged"), PLAIN)
            self._make(plain, 880, make_others(songs, n_plain, "plain"), PLAINEST)
            self._make(mono, 980, mixed, FOLDED)

    def _make(self, numbers: np.ndarray, first_seed: int, songs: list[np.ndarray], manner: Manner = WILD) -> None:
        for seed, number in enumerate(numbers.tolist(), first_seed):
            self._put(number, make_clip(np.random.default_rng([1, seed]), songs, manner))
            if number % 50 == 0:
                print(f"clip {number}", flush=True)

    def _put(self, number: int, clip: Clip) -> None:
        self.cues[number], self.masks[number], self.power[number] = clip.cues, clip.masks, clip.power

    def batches(self, rng: np.random.Generator, sitting: Sitting, n: int):  # type: ignore[no-untyped-def]
        """Yield so many frames of ``n`` clips that this sitting hears, from anywhere: cues, masks and power."""
        import torch

        for _ in range(sitting.n_steps):
            drawn = [_drawn(rng, self.kinds[sitting.kinds]) for _ in range(n)]
            parts = zip(*(self._cut(rng, number, sitting.frames) for number in drawn), strict=True)
            yield [torch.from_numpy(np.stack(part)) for part in parts]

    def _cut(self, rng: np.random.Generator, number: int, frames: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        start = int(rng.integers(N_FRAMES - frames + 1))
        part = slice(start, start + frames)
        return self.cues[number, part], self.masks[number, part], self.power[number, part]


def _drawn(rng: np.random.Generator, kinds: Kinds) -> int:
    chances = [chance for chance, _ in kinds]
    numbers = kinds[int(rng.choice(len(kinds), p=chances)) if len(kinds) > 1 else 0][1]
    return int(numbers[rng.integers(numbers.size)])


def learn(clips: Clips, sitting: Sitting, n_batch: int, seed: int):  # type: ignore[no-untyped-def]
    """First sitting: fit a network from nothing; return its weights."""
    import torch
    from network import Separator

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Separator(N_CUES).to(memory_format=torch.channels_last)

    def told(cues):  # type: ignore[no-untyped-def]
        return net(cues.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last))

    optimiser = torch.optim.AdamW(net.parameters(), lr=sitting.rate, weight_decay=1e-3)
    mean = _fit(net, told, optimiser, clips.batches(rng, sitting, n_batch), sitting)
    net.load_state_dict(mean, strict=False)
    # What the layers' normalisations go by is measured anew: a plain mean over these batches.
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    net.train()
    with torch.no_grad():
        for cues, _, _ in clips.batches(rng, replace(sitting, n_steps=16), 4):
            told(cues.float().mul_(1 / 127))
    net.eval()
    return kept(net.layers())


def go_on(learnt: Weights, clips: Clips, sitting: Sitting, n_batch: int, seed: Sequence[int]):  # type: ignore[no-untyped-def]
    """Another sitting, from what is known; return the weights. The first time the network gets its wider look."""
    import torch
    from network import Refined

    net = Refined(learnt)
    optimiser = torch.optim.AdamW(net.parameters(), lr=sitting.rate, weight_decay=1e-4)
    batches = clips.batches(np.random.default_rng(seed), sitting, n_batch)
    net.load_state_dict(_fit(net, net, optimiser, batches, sitting), strict=False)
    return kept(net.layers())


def _fit(net, told, optimiser, batches, sitting: Sitting):  # type: ignore[no-untyped-def]
    """Fit by the batches; return the running mean of the weights."""
    mean = {name: value.detach().clone() for name, value in net.named_parameters()}
    began, total = time.process_time(), 0.0
    for step, (cues, masks, power) in enumerate(batches):
        warm = min(1.0, (step + 1) / 20)
        past = max(0.0, (step / sitting.n_steps - sitting.hold) / max(1 - sitting.hold, 1e-9))
        for group in optimiser.param_groups:
            group["lr"] = sitting.rate * (warm * (0.5 + 0.5 * np.cos(np.pi * past)) + 0.01)
        loss = _loss(told(cues.float().mul_(1 / 127)), masks, power)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        keep = min(sitting.slowness, step / (step + 10))
        for name, value in net.named_parameters():
            mean[name].mul_(keep).add_(value.detach(), alpha=1 - keep)
        total += float(loss.detach())
        if step % 50 == 49:
            print(f"step {step + 1}: {total / 50:.3f} dB, {time.process_time() - began:.0f} CPU s", flush=True)
            total = 0.0
    return mean


def _loss(told, masks, power):  # type: ignore[no-untyped-def]
    """Return the level of the error under each stem in dB, by power and by its root, which hears quiet cells."""
    import torch

    batch, _, _, frames, bands = told.shape
    wanted = masks.float().mul_(1 / 255).reshape(batch, frames, bands, 2, 4).permute(0, 3, 4, 1, 2)
    weight = power.permute(0, 3, 1, 2)[:, :, None]
    total = 0.0
    for exponent, part in ((1.0, 0.6), (0.5, 0.4)):
        w = weight**exponent
        whole = w.sum(dim=(1, 3, 4))
        error = (w * (told - wanted) ** 2).sum(dim=(1, 3, 4))
        truth = (w * wanted**2).sum(dim=(1, 3, 4))
        ratio = (error + 1e-3 * whole) / (truth + 1e-2 * whole)
        total = total + part * (10 * torch.log10(ratio)).mean()
    return total


def kept(weights: Weights) -> Weights:
    """Return the weights as they are stored: in half precision."""
    return {name: value.astype(np.float16) for name, value in weights.items()}


def opened(file: Path) -> Weights:
    """Return the weights of a file."""
    with np.load(file) as stored:
        return {name: stored[name] for name in stored.files}


def sit(given: argparse.Namespace, clips: Clips, sittings: Sequence[Sitting]) -> Weights:
    """Go through the sittings, keep what each has learnt in the folder, and return the weights that ship."""
    import torch

    torch.set_num_threads(1)
    known = {one.kinds: opened(file) for one, file in zip(sittings, given.learnt, strict=False)}
    before = ""
    for number, one in enumerate(sittings):
        if one.kinds not in known:
            seed = [given.seed, number + 1] if number > 1 else given.seed
            if number == 0:
                found = learn(clips, one, given.n_batch, seed)
            else:
                learnt = {name: value.astype(np.float32) for name, value in known[one.after or before].items()}
                found = go_on(learnt, clips, one, given.n_batch, seed)
            known[one.kinds] = found
            np.savez(given.folder / f"learnt{number + 1}.npz", **found)
        before = one.kinds
    names = known[before]
    return kept(
        {name: sum(share * known[kind][name].astype(np.float32) for kind, share in SHARES.items()) for name in names}
    )


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where songs and clips are kept (about 9 GB)")
    parser.add_argument("--short", action="store_true", help="hardly any of everything, into FOLDER")
    parser.add_argument("--n-batch", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep-clips", action="store_true", help="take the clips that are there")
    parser.add_argument(
        "--learnt", type=Path, nargs="*", default=[], help="what the first two or three sittings learnt"
    )
    parser.add_argument("--out", type=Path, help="the weights that ship, or FOLDER/short.npz")
    given = parser.parse_args()
    if not given.keep_clips:
        check_soundfont()
        check_speech()
    counts = SHORT if given.short else Counts()
    out = given.out or (given.folder / "short.npz" if given.short else WEIGHTS)
    clips = Clips(given.folder / "clips", counts, None if given.keep_clips else given.folder / "songs")
    found = sit(given, clips, SHORT_SITTINGS if given.short else SITTINGS)
    np.savez(out, **found)
    print(f"{sum(value.size for value in found.values())} weights, {out.stat().st_size} bytes: {out.name}")


if __name__ == "__main__":
    main()
