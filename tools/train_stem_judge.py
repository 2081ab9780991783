"""Learn what tells a voice from an instrument in the vocals stem, and how the draft network's doubt tells the SDR.

    python tools/train_stem_judge.py --audio PLACE --work FOLDER

PLACE holds recordings (see `RECORDINGS` and `MULTITRACKS`), FOLDER keeps what was measured of each excerpt: an excerpt
that is there is not separated again, so empty it when the network changes. Songs of `tools/train_separator` and demo
songs, each with and without its singer, are made on the way. Writes `judges.json` beside `separating/judge.py`, and
prints what a song is judged that the rest was learned without. Needs FFmpeg.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools" / "train_separator"), str(ROOT / "src")]

import numpy as np  # noqa: E402

from tonmeister.capabilities.separating.voice import window_traits  # noqa: E402
from tonmeister.engines.separation import Doubt, separate_draft  # noqa: E402
from tonmeister.engines.separation_network import STEMS, DraftNetwork, load_draft_network  # noqa: E402
from tonmeister.media.resample import resample  # noqa: E402

RATE, EXCERPT_S = 44_100, 16.0
TARGET = ROOT / "src/tonmeister/capabilities/separating/judges.json"
VOICE_DECAY, REAL_WEIGHT = 0.3, 3.0
LEAST_SDR_DB = 1.5
"""Below this a vocals stem holds so much else that its label says nothing of what it sounds like."""
SDR_RANGE_DB = (-6.0, 12.0)
"""A stem that should be silent counts as the lower end."""
LOUD_DB = -20.0

# place, sings or not, seconds at which excerpts begin; those of 0.4 begin at 40 % of what is left
RECORDINGS: tuple[tuple[str, int, tuple[float, ...]], ...] = (
    ("songs/Karissa_Hobbs_-_Lets_Go_Fishin.hq.ogg", 1, (0.4, 15, 80)),
    ("songs_vocals/us_Joshua_Morin_On_the_run/audio.ogg", 1, (0.4, 60, 170, 230)),
    ("annotated/vocadito_1/vocadito_1.wav", 1, (0.4,)),
    ("songs/scott_hamster_haven.mp3", 0, (0.4, 65)),
    ("songs/Kevin_MacLeod_-_Vibe_Ace.hq.ogg", 0, (0.4, 40)),
    ("songs/Hungarian_Dance_number_5_-_Allegro_in_F_sharp_minor__string_orchestra_.hq.ogg", 0, (0.4,)),
    ("songs/machine_wars.mp3", 0, (0.4, 40)),
    ("songs/track_10.ogg", 0, (0.4, 55)),
    ("songs/battle-epic.ogg", 0, (0.4, 50)),
    ("songs/trow_acoustic_guitar_arrangement_for_song.mp3", 0, (0.4, 40)),
    ("songs/Apex_Aleph.ogg", 0, (0.4, 70)),
    ("songs/peace1.ogg", 0, (0.4, 60)),
    *((f"synth/{name}.ogg", 0, (0.4,)) for name in (
        "d1_rock_peatfire/mix", "d2_waltz_blaenwern/mix", "d3_disco_georgia/mix", "d4_piano_wtc1_prelude1/keys",
        "d5_guitar_bn1_129_eb/guitar", "d6_chorale_bwv269/mix", "d7_guitar_carcassi_op60_2/guitar")),
)  # fmt: skip
# place, seconds at which the excerpt begins
MULTITRACKS = (
    ("lmms_skiessi_c64", 10), ("lmms_capdan_reggaetry", 10), ("lmms_capdan_twilightarea_originalbyalf42red", 10),
    ("lmms_strictproduction_dearjondoe", 10), ("eif_caesium_multitrack", 33), ("eif_lithium", 30), ("eif_lithium", 52),
)  # fmt: skip
# singer, band, level of the singer against the band in dB
MEETINGS = (
    ("vocadito", "lmms_strictproduction_dearjondoe", -4), ("vocadito", "lmms_capdan_reggaetry", -3),
    ("eif_lithium", "lmms_capdan_reggaetry", -5), ("eif_lithium", "lmms_strictproduction_dearjondoe", -3),
    ("eif_caesium_multitrack", "lmms_capdan_twilightarea_originalbyalf42red", -3),
    ("eif_caesium_multitrack", "lmms_skiessi_c64", -5),
)  # fmt: skip

Stems = dict[str, np.ndarray]


def read(path: Path, at: float) -> np.ndarray:
    """Return an excerpt, (2, samples)."""
    if at < 1:
        ask = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
        at = max(0.0, float(subprocess.run(ask, capture_output=True, check=True).stdout) - EXCERPT_S) * at
    command = ["ffmpeg", "-v", "error", "-ss", f"{at:.3f}", "-t", str(EXCERPT_S), "-i", str(path), "-f", "f32le"]
    data = subprocess.run([*command, "-ac", "2", "-ar", str(RATE), "-"], capture_output=True, check=True).stdout
    return np.frombuffer(data, np.float32).reshape(-1, 2).T.copy()


def multitrack(folder: Path, at: float) -> Stems:
    """Return the four stems of an excerpt; what is no stem of ours is other, what is missing is silent."""
    groups = json.loads((folder / "meta.json").read_text())["groups"]
    parts: dict[str, list[np.ndarray]] = {name: [] for name in STEMS}
    for name, files in groups.items():
        stem = name if name in STEMS else "other"
        own = next(folder.glob(f"{name}.ogg"), None)
        parts[stem] += [read(own, at)] if own else [read(folder / file, at) for file in files]
    n = max(part.shape[1] for several in parts.values() for part in several)
    whole = {name: np.zeros((2, n), np.float32) for name in STEMS}
    for name, several in parts.items():
        for part in several:
            whole[name][:, : part.shape[1]] += part
    return whole


def unsung(stems: Stems) -> Stems:
    """Return the stems without a voice."""
    return stems | {"vocals": np.zeros_like(stems["vocals"])}


def met(voice: np.ndarray, band: Stems, level_db: float) -> Stems:
    """Return a band with a singer of another song."""
    n = min(voice.shape[1], band["drums"].shape[1])
    stems = {name: sound[:, :n] for name, sound in unsung(band).items()}
    gain = np.sqrt(np.mean(sum(stems.values()) ** 2) / np.mean(voice[:, :n] ** 2)) * 10 ** (level_db / 20)
    return stems | {"vocals": voice[:, :n] * np.float32(gain)}


def material(audio: Path) -> Iterator[tuple[str, str, int, bool, np.ndarray | None, Stems | None]]:
    """Yield name, group, whether it is sung, whether it is real, and the song or its stems."""
    for place, label, starts in RECORDINGS:
        path = next(audio.glob(place))
        name = path.parent.name if place.startswith("synth") else path.stem
        for at in starts:
            yield f"{name[:24]}_{at:g}", name, label, True, read(path, at), None
    tracks = {(name, at): multitrack(audio / "stems" / name, at) for name, at in MULTITRACKS}
    for (name, at), stems in tracks.items():
        is_sung = bool(stems["vocals"].any())
        yield f"{name}_{at}", name, int(is_sung), True, None, stems
        if is_sung and at < 50:
            yield f"{name}_{at}_band", name, 0, True, None, unsung(stems)
    first = {name: stems for (name, _), stems in reversed(tracks.items())}
    voices = {name: stems["vocals"] for name, stems in first.items()}
    voices["vocadito"] = read(audio / "annotated/vocadito_1/vocadito_1.wav", 0.4)
    for singer, band, level_db in MEETINGS:
        yield f"{singer}_over_{band}", singer, 1, True, None, met(voices[singer], first[band], level_db)
    for name, stems in made():
        yield name, name, 1, False, None, stems
        yield f"{name}_band", name, 0, False, None, unsung(stems)


def made() -> Iterator[tuple[str, Stems]]:
    """Yield songs made by code, of seeds that the network was not trained on."""
    from songs import sampled_song, song

    from tonmeister.capabilities.demo.render import render
    from tonmeister.music.compose import compose

    for seed in range(1, 9):
        yield f"song_{seed}", song(seed)
    for seed in range(1, 5):
        yield f"sampled_{seed}", sampled_song(seed)
    for seed in range(1, 4):
        parts = render(compose(seed, duration_s=EXCERPT_S), RATE)
        rest = {"drums": parts["drums"], "bass": parts["bass"], "vocals": parts["voice"]}
        yield f"demo_{seed}", rest | {"other": parts["chords"] + parts["lead"]}


def measure(network: DraftNetwork, song: np.ndarray | None, stems: Stems | None) -> dict[str, np.ndarray]:
    """Separate, and return what the judges go by."""
    mix = np.ascontiguousarray(song if stems is None else sum(stems[name] for name in STEMS), np.float32)
    doubt = Doubt()
    blocks = (mix[:, start : start + 65536] for start in range(0, mix.shape[1], 65536))
    pieces = list(separate_draft(blocks, network, wanted=STEMS, doubt=doubt))
    found = {name: np.concatenate([piece[name] for piece in pieces], axis=1) for name in STEMS}
    row = {"wanted": doubt.wanted, "uncertain": doubt.uncertain, **heard(found["vocals"])}
    if stems is not None:
        row["sdr_db"] = np.array([_sdr_db(stems[name], found[name]) for name in STEMS])
        if stems["vocals"].any():
            row |= {f"true_{name}": value for name, value in heard(stems["vocals"]).items()}
    return row


def heard(sound: np.ndarray) -> dict[str, np.ndarray]:
    """Return the traits of every window, half of it on from the one before, and its power."""
    mono = resample(sound.mean(axis=0, keepdims=True), RATE, 16_000)
    traits, power = window_traits(mono[0], hop_windows=0.5)
    return {"traits": traits, "power": power}


def _sdr_db(true: np.ndarray, found: np.ndarray) -> float:
    error = float(np.sum((true.astype(np.float64) - found) ** 2))
    return float(10 * np.log10((np.sum(true.astype(np.float64) ** 2) + 1e-10) / (error + 1e-10)))


def gather(audio: Path, work: Path) -> None:
    """Measure what is not there yet."""
    work.mkdir(parents=True, exist_ok=True)
    network = load_draft_network()
    for name, group, label, is_real, song, stems in material(audio):
        file = work / f"{name}.npz"
        if not file.exists():
            np.savez(file, group=group, label=label, is_real=is_real, **measure(network, song, stems))
            print(name, flush=True)


def fit_voice(rows: list[tuple[str, int, np.ndarray]]) -> dict[str, list[float] | float]:
    """Fit a logistic regression on windows; each song weighs the same, sung and unsung ones half each."""
    x = np.concatenate([traits for _, _, traits in rows])
    y = np.concatenate([np.full(len(traits), label) for _, label, traits in rows])
    w = np.concatenate([np.full(len(traits), 1 / len(traits)) for _, _, traits in rows])
    for side in (0, 1):
        w[y == side] *= 0.5 * len(rows) / w[y == side].sum()
    mean = np.average(x, axis=0, weights=w)
    spread = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=w)) + 1e-6
    z = np.c_[np.clip((x - mean) / spread, -4, 4), np.ones(len(x))]
    decay = np.diag([VOICE_DECAY] * (z.shape[1] - 1) + [1e-6])
    b = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ b))
        step = np.linalg.solve((z * (w * p * (1 - p))[:, None]).T @ z + decay, z.T @ (w * (p - y)) + decay @ b)
        b -= step
    return {"mean": mean.tolist(), "spread": spread.tolist(), "weights": b[:-1].tolist(), "bias": float(b[-1])}


def fit_sdr(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Fit a slope and an offset for each stem."""
    decay = np.diag([0.05, 0.3, 0.3, 0.3, 0.3])
    return np.linalg.solve((x * w[:, None]).T @ x + decay, x.T @ (w * y))


def learn(work: Path) -> None:
    """Fit both judges, print what they say of songs left out, and write them."""
    from tonmeister.capabilities.separating.voice import window_odds

    voices, lines = [], []
    for file in sorted(work.glob("*.npz")):
        row = np.load(file)
        group, label = str(row["group"]), int(row["label"])
        sdr_db = row["sdr_db"] if "sdr_db" in row else np.full(4, np.nan)
        if not (label and sdr_db[3] < LEAST_SDR_DB):
            voices.append((file.stem, group, label, _loud(row["traits"], row["power"])))
        if "true_traits" in row:
            voices.append((f"{file.stem} (true)", group, 1, _loud(row["true_traits"], row["true_power"])))
        share = row["wanted"] / row["wanted"].sum()
        for k in range(4):
            if np.isfinite(sdr_db[k]) and share[k] > 0.005 and not (k == 3 and sdr_db[k] < -30):
                ratio_db = 10 * np.log10(row["wanted"][k] / max(row["uncertain"][k], 1e-4 * row["wanted"][k]))
                x = [ratio_db, *(float(k == n) for n in range(4))]
                lines.append((file.stem, group, k, x, float(np.clip(sdr_db[k], *SDR_RANGE_DB)), bool(row["is_real"])))
    print("song, sung, log odds of a voice where its group is left out")
    told = []
    for group in sorted({one[1] for one in voices}):
        model = fit_voice([(name, label, x) for name, own, label, x in voices if own != group])
        told += [(float(window_odds(x, model).mean()), name, lab) for name, own, lab, x in voices if own == group]
    for odds, name, label in sorted(told):
        print(f"{odds:6.2f}  {label}  {name}")
    sung, unsung_ = [t[0] for t in told if t[2]], [t[0] for t in told if not t[2]]
    pairs = np.subtract.outer(np.array(sung), np.array(unsung_))
    print(f"{len(sung)} sung, {len(unsung_)} not; area under the curve {np.mean(pairs > 0):.3f}")
    x, y = np.array([line[3] for line in lines]), np.array([line[4] for line in lines])
    is_real, groups = np.array([line[5] for line in lines]), np.array([line[1] for line in lines])
    w = np.where(is_real, REAL_WEIGHT, 1.0)
    found = np.zeros(len(lines))
    for group in set(groups):
        out = groups == group
        found[out] = x[out] @ fit_sdr(x[~out], y[~out], w[~out])
    for line, one in zip(lines, found, strict=True):
        if line[5]:
            print(f"{line[0]:44s} {STEMS[line[2]]:7s} estimated {one:5.1f}  measured {line[4]:5.1f} dB")
    for name, part in (("real", is_real), ("made", ~is_real)):
        off = (found - y)[part]
        wrong = np.sum((found[part] >= 3) & (y[part] < 0))
        print(f"{name}: {off.mean():+.2f} dB, spread {off.std():.2f}; {np.sum(y[part] < 0)} below 0 dB, {wrong} fair")
    b = fit_sdr(x, y, w)
    sdr = {"slope": b[0], "offsets_db": dict(zip(STEMS, b[1:5], strict=True))}
    sdr["spread_db"] = float((found - y)[is_real].std())
    model = fit_voice([(name, label, x) for name, _, label, x in voices])
    kept = json.loads(json.dumps({"voice": model, "sdr": sdr}), parse_float=lambda text: round(float(text), 5))
    TARGET.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _loud(traits: np.ndarray, power: np.ndarray) -> np.ndarray:
    return traits[power >= power.max() * 10 ** (LOUD_DB / 10)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    gather(given.audio, given.work)
    learn(given.work)
