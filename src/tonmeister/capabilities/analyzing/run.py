"""The recipe: observe the sound, then judge rhythm, harmony, form and energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.capabilities.analyzing.doubts import find_doubts, tell_doubts
from tonmeister.capabilities.analyzing.form import judge_form
from tonmeister.capabilities.analyzing.harmony import NO_HARMONY, judge_harmony
from tonmeister.capabilities.analyzing.network import HeardBeats
from tonmeister.capabilities.analyzing.observing import LOUDNESS_HOP_S, Features
from tonmeister.capabilities.analyzing.params import AnalyzeParams, AnalyzeResult, LoudnessCurve, WaveformPeaks
from tonmeister.capabilities.analyzing.rhythm import rhythm_curves
from tonmeister.capabilities.analyzing.style import describe_style
from tonmeister.capabilities.analyzing.timing import SHORTEST_S, Timing, judge_timing
from tonmeister.capabilities.analyzing.told import TOLERANCE, check_first_beat, hold_tempo
from tonmeister.capabilities.analyzing.voice import guess_voice
from tonmeister.core.errors import ModelMissingError
from tonmeister.dsp.chroma import estimate_tuning_cents, pitch_classes
from tonmeister.engines.note_network import choose_tuning_cents, load_posteriors

if TYPE_CHECKING:
    from tonmeister.capabilities.analyzing.params import ObserveResult, TempoFactor
    from tonmeister.core.context import Context
    from tonmeister.engines.note_network import NotePosteriors

LEAST_TUNING_CONFIDENCE = 0.1
"""Below this what sounds has no pitch to speak of: noise, drums, most speech."""


def analyze(params: AnalyzeParams, ctx: Context) -> AnalyzeResult:
    """Judge what song it is."""
    name = ctx.label(params.file)
    ctx.progress(0.0, "listen")
    observed = ctx.run("observe", _observing(params), tell=ctx.part(0.0, 0.4))
    features = Features.load(ctx.fetch(observed.features))
    check_first_beat(params, features.duration_s)
    ctx.progress(0.4, "rhythm")
    tuning_cents, tuning_confidence = estimate_tuning_cents(features.deviation)
    curves = rhythm_curves(features, tuning_cents)
    classes = pitch_classes(features.pitch, tuning_cents)
    heard, told_of_network = _heard_beats(features, observed, params)
    found = judge_timing(curves, classes, features.duration_s, params, heard)

    def find_untold(tempo_factor: TempoFactor) -> Timing:
        free = params.model_copy(update={"tempo_bpm": None, "tempo_factor": tempo_factor})
        return judge_timing(curves, classes, features.duration_s, free, _heard_beats(features, observed, free)[0])

    told = hold_tempo(found, curves, classes, features.duration_s, params, find_untold)
    timing = told.timing
    is_tuned = tuning_confidence >= LEAST_TUNING_CONFIDENCE
    may_be_harmony = is_tuned and features.duration_s >= SHORTEST_S
    off_cents = choose_tuning_cents(round(tuning_cents, 1), round(tuning_confidence, 3)) if may_be_harmony else 0
    notes = _hear_notes(params, off_cents, ctx) if may_be_harmony else None
    ctx.progress(0.8, "harmony")
    has_beats = timing.tempo is not None
    edges_s = timing.edges_s(features.duration_s)
    harmony = (
        judge_harmony(
            features, (tuning_cents, tuning_confidence), edges_s, timing.downbeats, notes, has_beats=has_beats
        )
        if may_be_harmony
        else NO_HARMONY
    )
    ctx.progress(0.9, "form")
    form = judge_form(features, classes, curves, timing, guess_voice(features))
    doubts = find_doubts(timing, harmony, params.tempo_factor)
    result = AnalyzeResult(
        name=name,
        duration_s=features.duration_s,
        tempo=timing.tempo,
        tempo_map=timing.tempo_map,
        beats_s=tuple(round(float(time), 4) for time in timing.beats_s),
        downbeats=tuple(int(at) for at in timing.downbeats),
        beat_engine=timing.engine,
        beat_model_sha256=params.beat_model_sha256.lower() if params.beat_model_sha256 else None,
        metre=timing.metre,
        placing=timing.placing,
        tuning_cents=round(tuning_cents, 1) if is_tuned else None,
        tuning_confidence=round(tuning_confidence, 3),
        key=harmony.key,
        key_path=harmony.key_path,
        chords=harmony.chords,
        chord_engine=harmony.engine,
        sections=form.sections,
        phrases=form.phrases,
        loudness=_loudness(features),
        peaks=_peaks(features),
        style_vector=describe_style(features, curves, timing, harmony),
        doubts=doubts,
        warnings=(
            *observed.repairs,
            *_tell_tuning(off_cents),
            *told_of_network,
            *told.warnings,
            *tell_doubts(features, timing, harmony, form, doubts),
        ),
    )
    ctx.progress(1.0, "done")
    return result


def _observing(params: AnalyzeParams) -> dict[str, object]:
    """Return what to observe; the network only where one was given, so that the rest is kept for all."""
    network = {name: getattr(params, name) for name in ("beat_model", "beat_model_sha256", "accept_weights_licence")}
    return {"file": params.file, **(network if params.beat_model else {})}


def _heard_beats(
    features: Features, observed: ObserveResult, params: AnalyzeParams
) -> tuple[HeardBeats | None, tuple[str, ...]]:
    """Return what the user's network heard, unless it goes at another tempo than was told, and what to know of it."""
    if observed.beat_network is None:
        return None, ()
    heard = HeardBeats.of(features.beat_logits, observed.beat_network)
    licence = f"Licence of the network {heard.name}: {observed.beat_network_licence}"
    if params.tempo_bpm is None or heard.is_near(params.tempo_bpm, TOLERANCE):
        return heard, (licence,)
    why = f"The network {heard.name} heard no beat near {params.tempo_bpm:g} BPM: beats were looked for without it."
    return None, (licence, why)


def _hear_notes(params: AnalyzeParams, off_cents: int, ctx: Context) -> NotePosteriors | None:
    """Return what the note network hears; without its file chords are judged without it, and the result says so."""
    try:
        asked = {"file": params.file, **({"tuning_cents": off_cents} if off_cents else {})}
        heard = ctx.run("listen", asked, tell=ctx.part(0.45, 0.8))
    except ModelMissingError:
        return None
    return load_posteriors(ctx.fetch(heard.posteriors))


def _tell_tuning(off_cents: int) -> tuple[str, ...]:
    if not off_cents:
        return ()
    where = f"{abs(off_cents)} cents {'above' if off_cents > 0 else 'below'} A = 440 Hz"
    return (f"It is tuned {where}: notes are heard and named as if it were in tune.",)


def _loudness(features: Features) -> LoudnessCurve:
    levels = (round(float(value), 1) if value > -70 else None for value in features.momentary_lufs)
    return LoudnessCurve(hop_s=LOUDNESS_HOP_S, momentary_lufs=tuple(levels))


def _peaks(features: Features) -> WaveformPeaks:
    return WaveformPeaks(
        hop_s=features.peaks_hop_s,
        lowest_percent=tuple(round(100 * float(value), 1) for value in features.lowest),
        highest_percent=tuple(round(100 * float(value), 1) for value in features.highest),
    )
