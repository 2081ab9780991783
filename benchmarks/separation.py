"""How well and how fast the draft tier separates: songs it has never met, and real ones with true stems.

    python benchmarks/separation.py [--synthetic 8] [--demo 4] [--sampled 0] [--arranged 0] [--plain 0]
                                    [--real PLACE...] [--mono] [--museval] [--calibrate]

``--sampled``, ``--arranged`` and ``--plain`` songs are played by fluidsynth with FluidR3, which have to be installed;
arranged and plain ones are sung by espeak-ng. A PLACE is a folder with drums, bass, other and vocals as WAV, FLAC or
Ogg, or a ``.stem.mp4`` with five streams, which FFmpeg has to decode. The mix is the sum of the stems. SDR is that of
the Music Demixing Challenge: energy of the true stem over that of the error, in dB, over the whole excerpt and both
channels. ``--museval`` adds the BSS Eval v4 medians where museval is installed. ``--calibrate`` fits the line by which
the network's doubt tells the SDR. Times are CPU seconds of one core.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools" / "train_separator"), str(ROOT / "src")]

import numpy as np  # noqa: E402

from tonmeister.dsp import separation_cues as cells  # noqa: E402
from tonmeister.dsp import stft  # noqa: E402
from tonmeister.engines.separation import Doubt, separate_draft  # noqa: E402
from tonmeister.engines.separation_network import STEMS, DraftNetwork, load_draft_network  # noqa: E402

RATE = 44_100
Stems = np.ndarray


def synthetic(n: int) -> Iterator[tuple[str, Stems]]:
    """Yield songs whose seeds lie below those of the training songs."""
    from songs import song

    for seed in range(1, n + 1):
        levels = 10 ** (np.random.default_rng([seed, 99]).normal(0, 2.0, 4) / 20)
        stems = song(seed)
        yield f"song {seed}", np.stack([stems[name] * np.float32(g) for name, g in zip(STEMS, levels, strict=True)])


def played(kind: str, n: int) -> Iterator[tuple[str, Stems]]:
    """Yield songs of sampled instruments whose seeds lie below those of the training songs."""
    from sampled import check_soundfont
    from songs import arranged_song, plain_song, sampled_song
    from spoken import check_speech

    check_soundfont()
    if kind != "sampled":
        check_speech()
    make = {"sampled": sampled_song, "arranged": arranged_song, "plain": plain_song}[kind]
    for seed in range(1, n + 1):
        stems = make(seed)
        yield f"{kind} {seed}", np.stack([stems[name] for name in STEMS])


def demo(n: int) -> Iterator[tuple[str, Stems]]:
    """Yield demo songs as `tonmeister demo` mixes them, their chords and lead together as other."""
    from tonmeister.capabilities.demo.render import render
    from tonmeister.music.compose import compose

    for seed in range(1, n + 1):
        stems = render(compose(seed, duration_s=20.0), RATE)
        parts = stems["drums"], stems["bass"], stems["chords"] + stems["lead"], stems["voice"]
        yield f"demo {seed}", np.stack(parts)


def real(place: Path) -> tuple[str, Stems]:
    """Return true stems of a real song."""
    if place.is_dir():
        import soundfile

        files = [next(place.glob(f"{name}.*")) for name in STEMS]
        found = [soundfile.read(file, dtype="float32", always_2d=True)[0].T for file in files]
    else:
        found = [_stream(place, number) for number in range(1, 5)]
    n = min(sound.shape[1] for sound in found)
    return place.stem, np.stack([sound[:, :n] for sound in found])


def _stream(place: Path, number: int) -> np.ndarray:
    command = ["ffmpeg", "-v", "error", "-i", str(place), "-map", f"0:{number}", "-f", "f32le", "-ac", "2"]
    data = subprocess.run([*command, "-ar", str(RATE), "-"], capture_output=True, check=True).stdout
    return np.frombuffer(data, np.float32).reshape(-1, 2).T


def sdr_db(true: np.ndarray, found: np.ndarray) -> float:
    """Return the signal-to-distortion ratio."""
    error = np.sum((true.astype(np.float64) - found) ** 2)
    return float(10 * np.log10((np.sum(true.astype(np.float64) ** 2) + 1e-10) / (error + 1e-10)))


def draft(mix: np.ndarray, network: DraftNetwork, doubt: Doubt) -> Stems:
    """Separate with the draft tier."""
    blocks = (mix[:, start : start + 65536] for start in range(0, mix.shape[1], 65536))
    pieces = [np.stack(list(piece.values())) for piece in separate_draft(blocks, network, wanted=STEMS, doubt=doubt)]
    return np.concatenate(pieces, axis=-1)


def oracle(stems: Stems) -> Stems:
    """Separate with the best masks that these cells allow."""
    n = stems.shape[-1]
    pads = ((0, 0), (3 * cells.HOP_SAMPLES, 4 * cells.HOP_SAMPLES + cells.N_FFT))
    parts = [cells.to_mid_side(stft.analyse(np.pad(one, pads), cells.N_FFT)) for one in stems]
    mix = sum(parts)
    power = cells.pool(np.abs(mix) ** 2) + 1e-12
    found = []
    for part in parts:
        mask = np.clip(cells.pool((part * mix.conj()).real) / power, 0, 1).astype(np.float32)
        sound = stft.synthesise(cells.to_left_right(mix * cells.spread(mask)), cells.N_FFT)
        found.append(sound[:, 3 * cells.HOP_SAMPLES :][:, :n])
    return np.stack(found)


def evaluate(name: str, stems: Stems, network: DraftNetwork, with_museval: bool) -> dict:
    """Return the figures of one song."""
    mix = stems.sum(axis=0)
    doubt = Doubt()
    began = time.process_time()
    found = draft(mix, network, doubt)
    spent_s = time.process_time() - began
    row = {
        "song": name,
        "x_real_time": mix.shape[1] / RATE / spent_s,
        "sum_error": float(np.abs(found.sum(axis=0) - mix).max()),
        "doubt_db": [float(v) for v in 10 * np.log10((doubt.wanted + 1e-12) / (doubt.uncertain + 1e-12))],
        "share": [float(v) for v in doubt.wanted / doubt.wanted.sum()],
    }
    entrants = {"mixture": np.repeat(mix[None], 4, 0), "quarter": np.repeat(mix[None] / 4, 4, 0), "draft": found}
    for entrant, told in (entrants | {"oracle": oracle(stems)}).items():
        row[entrant] = [sdr_db(true, one) for true, one in zip(stems, told, strict=True)]
    if with_museval:
        import museval

        scores = museval.evaluate(stems.transpose(0, 2, 1), found.transpose(0, 2, 1), win=RATE, hop=RATE)[0]
        row["museval"] = [float(np.nanmedian(one)) for one in scores]
    return row


def show(rows: list[dict], title: str) -> None:
    """Print a table."""
    print(f"{title}: {len(rows)} songs, {np.mean([row['x_real_time'] for row in rows]):.1f} x real time")
    for entrant in ("mixture", "quarter", "draft", "museval", "oracle"):
        if entrant in rows[0]:
            each = np.mean([row[entrant] for row in rows], axis=0)
            print(f"  {entrant:8s} " + " ".join(f"{v:6.2f}" for v in each) + f"  mean {each.mean():6.2f}")
    print(f"  stems add up to the mix within {max(row['sum_error'] for row in rows):.1e}", flush=True)


def calibrate(rows: list[dict]) -> None:
    """Print the line from the network's doubt to the SDR, and how far single stems lie off it."""
    told = np.concatenate([row["doubt_db"] for row in rows])
    true = np.concatenate([row["draft"] for row in rows])
    there = np.concatenate([row["share"] for row in rows]) > 0.005
    slope, offset = np.polyfit(told[there], true[there], 1)
    off = true[there] - (slope * told[there] + offset)
    print(f"SDR = {slope:.3f} * doubt {offset:+.2f} dB; spread {off.std():.2f} dB, correlation "
          f"{np.corrcoef(told[there], true[there])[0, 1]:.2f}, {there.sum()} stems")  # fmt: skip


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--synthetic", type=int, default=8)
    parser.add_argument("--demo", type=int, default=4)
    for kind in ("sampled", "arranged", "plain"):
        parser.add_argument(f"--{kind}", type=int, default=0)
    parser.add_argument("--real", type=Path, nargs="*", default=[])
    parser.add_argument("--mono", action="store_true", help="fold all songs down to mono before")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--museval", action="store_true")
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    network = load_draft_network(given.weights) if given.weights else load_draft_network()

    def heard(pair: tuple[str, Stems]) -> dict:
        name, stems = pair
        if given.mono:
            stems = np.repeat(stems.mean(axis=1, keepdims=True), 2, axis=1)
        return evaluate(name, stems, network, given.museval)

    rows = {"synthetic": [heard(pair) for pair in synthetic(given.synthetic)]}
    rows["demo"] = [heard(pair) for pair in demo(given.demo)]
    for kind in ("sampled", "arranged", "plain"):
        n = getattr(given, kind)
        rows[kind] = [heard(pair) for pair in played(kind, n)] if n else []
    rows["real"] = [heard(real(place)) for place in given.real]
    for kind, some in rows.items():
        for row in some if kind == "real" else ():
            show([row], row["song"])
        if some:
            show(some, kind if kind == "real" else f"{kind}, held out")
    if given.calibrate:
        calibrate([row for some in rows.values() for row in some])
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
