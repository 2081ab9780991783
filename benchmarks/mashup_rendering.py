"""Is a rendered mashup in time? Onsets of each track against the plan's grid, by cross-correlation.

    python benchmarks/mashup_rendering.py SONG SONG [SONG ...] [--style trade] [--length-s 120]

The mashup is made with its tracks. In every section, each track's onset strength (rise of level in nine bands, every
millisecond) is correlated with a comb of the grid's beats; the lag of the highest correlation within 60 ms is the
error. Where no lag stands out (a pad, a part behind a filter) there is nothing to judge by: such rows are counted, and
left out of the figures. Loudness and true peak are those of the master, read back from its file.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import soundfile

import tonmeister

HOP_S = 0.001
CLEAR = 2.5
"""The highest correlation stands out if it lies so many standard deviations above the median."""
REACH_S = 0.060


def onset_strength(sound: np.ndarray, rate: int) -> np.ndarray:
    """Return the rise of level in bands, a value every millisecond."""
    n_fft = 256
    mono = np.pad(sound.mean(axis=1), (n_fft // 2, n_fft))
    n = int(len(sound) / rate / HOP_S)
    window = np.hanning(n_fft)
    edges = np.unique(np.geomspace(2, n_fft // 2, 10).astype(int))
    levels = np.empty((n, len(edges) - 1), np.float32)
    for start in range(0, n, 4096):
        at = np.round(HOP_S * rate * np.arange(start, min(n, start + 4096))).astype(int)
        power = np.abs(np.fft.rfft(mono[at[:, None] + np.arange(n_fft)] * window)) ** 2
        bands = np.add.reduceat(power, edges[:-1], axis=1)
        levels[start : start + len(at)] = bands
    # What lies 45 dB below a band's loud frames is nothing.
    levels = 10 * np.log10(levels / (10**-4.5 * np.percentile(levels, 99.5, axis=0) + 1e-12) + 1)
    lag = 6
    rise = np.zeros(n)
    rise[lag:] = np.maximum(levels[lag:] - levels[:-lag], 0).sum(axis=1)
    # A rise over six milliseconds is largest when all of it has come: its middle is half of that earlier.
    return np.roll(rise, -lag // 2)


def lag_ms(strength: np.ndarray, beats_s: np.ndarray) -> tuple[float, float]:
    """Return the lag of the highest correlation with a comb, and how far it stands out from the others."""
    reach = round(REACH_S / HOP_S)
    lags = np.arange(-reach, reach + 1)
    at = np.round(beats_s / HOP_S).astype(int)
    at = at[(at > reach + 3) & (at < len(strength) - reach - 3)]
    smooth = np.convolve(strength, np.hanning(7) / 3, "same")
    sums = np.array([smooth[at + lag].sum() for lag in lags])
    spread = sums.std() or 1.0
    return float(lags[np.argmax(sums)]), float((sums.max() - np.median(sums)) / spread)


def judge(result, stems: zipfile.ZipFile) -> list[dict]:
    """Return a row for each section of each track."""
    plan = result.plan
    tempo = plan.masterplan.global_.targetBPM
    beat_s = 60 / tempo
    rows = []
    for name in stems.namelist():
        song, stem = Path(name).stem.split(" ")[1:3]
        sound, rate = soundfile.read(io.BytesIO(stems.read(name)))
        strength = onset_strength(sound, rate)
        for number, section in enumerate(plan.masterplan.timeline):
            if not any((layer.songId, layer.stem) == (song, stem) for layer in section.layers):
                continue
            start_s, n_beats = section.start_bar * plan.bar_s, section.n_bars * plan.masterplan.global_.timeSignature[0]
            beats_s = start_s + np.arange(0, n_beats, 1.0) * beat_s
            lag, clear = lag_ms(strength, beats_s)
            rows.append({"track": f"{song} {stem}", "section": number, "lag_ms": lag, "clear": round(clear, 2)})
    return rows


def main() -> None:
    """Make a mashup and tell its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", nargs="+")
    parser.add_argument("--style", default="trade")
    parser.add_argument("--length-s", type=float, default=120.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        result = tonmeister.mashup(
            asked.songs, style=asked.style, length_s=asked.length_s, stems=True, output=f"{folder}/"
        )
        cpu_s = time.process_time() - began
        with zipfile.ZipFile(result.stems) as stems:
            rows = judge(result, stems)
        master = tonmeister.measure(result.master)
    print(json.dumps(rows))
    for what, chosen in (
        ("drums", [row for row in rows if row["track"].endswith("drums")]),
        ("all tracks", rows),
    ):
        errors = np.abs([row["lag_ms"] for row in chosen if row["clear"] >= CLEAR])
        if errors.size:
            print(
                f"{what}: n {errors.size}, median {np.median(errors):.1f} ms, p95 {np.percentile(errors, 95):.1f} ms,"
                f" largest {errors.max():.1f} ms; {len(chosen) - errors.size} without a clear lag"
            )
    measured = master.measurement
    print(f"master: {measured.integrated_lufs:.2f} LUFS, {measured.true_peak_dbtp:.2f} dBTP")
    print(f"{cpu_s:.1f} CPU-s for {result.duration_s:.1f} s")


if __name__ == "__main__":
    main()
