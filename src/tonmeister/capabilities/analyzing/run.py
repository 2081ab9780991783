"""The recipe: observe the sound, then judge rhythm, tonality, form and energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.observing import LOUDNESS_HOP_S, Features
from tonmeister.capabilities.analyzing.params import (
    AnalyzeParams,
    AnalyzeResult,
    KeyAlternative,
    KeyFigures,
    LoudnessCurve,
    Metre,
    Tempo,
    TempoAlternative,
    TempoPoint,
    WaveformPeaks,
)
from tonmeister.dsp.beats import track_beats
from tonmeister.dsp.chroma import estimate_tuning_cents, pitch_classes
from tonmeister.dsp.onsets import FRAME_S, even_out, spectral_flux
from tonmeister.dsp.tempo import find_tempos

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.core.context import Context

_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


def analyze(params: AnalyzeParams, ctx: Context) -> AnalyzeResult:
    """Judge what song it is."""
    name = ctx.label(params.file)
    ctx.progress(0.0, "listen")
    observed = ctx.run("observe", {"file": params.file})
    features = Features.load(ctx.fetch(observed.features))
    ctx.progress(0.6, "rhythm")
    curve = even_out(spectral_flux(features.level_db)).sum(axis=1)
    found = find_tempos(curve, FRAME_S)
    beats_s: tuple[float, ...] = ()
    tempo, metre = None, None
    if found and features.duration_s > 4:
        bpm = params.tempo_bpm or found[0][0]
        beats_s = tuple(float(at) * FRAME_S for at in track_beats(curve, 60 / bpm / FRAME_S))
        tempo = Tempo(
            tempo_bpm=bpm,
            confidence=0.5,
            alternatives=tuple(
                TempoAlternative(tempo_bpm=other, weight=weight / found[0][1], relation="other")
                for other, weight in found[1:4]
            ),
            is_steady=False,
            error_percent=None,
            scatter_ms=0.0,
        )
        metre = Metre(numerator=4, denominator=4, n_beats_per_bar=4, confidence=0.1)
    ctx.progress(0.8, "harmony")
    tuning_cents, tuning_confidence = estimate_tuning_cents(features.deviation)
    chroma = pitch_classes(features.pitch, tuning_cents)
    result = AnalyzeResult(
        name=name,
        duration_s=features.duration_s,
        tempo=tempo,
        tempo_map=(TempoPoint(time_s=beats_s[0], tempo_bpm=tempo.tempo_bpm),) if tempo and beats_s else (),
        beats_s=beats_s,
        downbeats=tuple(range(0, len(beats_s), 4)),
        metre=metre,
        tuning_cents=tuning_cents if tuning_confidence else None,
        tuning_confidence=tuning_confidence,
        key=_key(chroma.sum(axis=0)),
        key_path=(),
        chords=(),
        chord_engine="none",
        sections=(),
        phrases=(),
        loudness=LoudnessCurve(
            hop_s=LOUDNESS_HOP_S,
            momentary_lufs=tuple(round(float(value), 1) if value > -70 else None for value in features.momentary_lufs),
        ),
        peaks=WaveformPeaks(
            hop_s=features.peaks_hop_s,
            lowest_percent=tuple(round(100 * float(value), 1) for value in features.lowest),
            highest_percent=tuple(round(100 * float(value), 1) for value in features.highest),
        ),
        style_vector=(),
        warnings=(*observed.repairs,),
    )
    ctx.progress(1.0, "done")
    return result


def _key(profile: NDArray[np.float32]) -> KeyFigures | None:
    if not profile.any():
        return None
    scores = {}
    for mode, template in (("major", _MAJOR), ("minor", _MINOR)):
        for tonic in range(12):
            scores[tonic, mode] = float(np.corrcoef(np.roll(template, tonic), profile)[0, 1])
    weights = np.exp(12 * np.array(list(scores.values())))
    weights /= weights.sum()
    order = np.argsort(-weights)
    names = [f"{_NAMES[tonic]} {mode}" for tonic, mode in scores]
    tonic, mode = list(scores)[order[0]]
    relative = f"{_NAMES[(tonic + 9) % 12]} minor" if mode == "major" else f"{_NAMES[(tonic + 3) % 12]} major"
    return KeyFigures(
        tonic=_NAMES[tonic],
        mode="major" if mode == "major" else "minor",
        name=names[order[0]],
        confidence=float(weights[order[0]]),
        is_ambiguous=bool(weights[order[1]] > 0.5 * weights[order[0]]),
        relative=relative,
        alternatives=tuple(KeyAlternative(name=names[at], weight=float(weights[at])) for at in order[1:4]),
    )
