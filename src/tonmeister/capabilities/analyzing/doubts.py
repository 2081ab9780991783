"""What is doubtful or missing, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tonmeister.capabilities.analyzing.form import Form
from tonmeister.capabilities.analyzing.harmony import Harmony
from tonmeister.capabilities.analyzing.params import Doubt, MetreName
from tonmeister.capabilities.analyzing.timing import SHORTEST_S, Timing

if TYPE_CHECKING:
    from tonmeister.capabilities.analyzing.observing import Features
    from tonmeister.capabilities.analyzing.params import Placing, PlacingAlternative, TempoFactor

_DOUBTFUL = 0.6
_PARTS = {0.25: "a quarter of a beat", 0.33: "a third of a beat", 0.5: "half a beat", 0.67: "two thirds of a beat",
          0.75: "three quarters of a beat", 1.0: "a beat"}  # fmt: skip
_METRES: dict[tuple[int, int], MetreName] = {(2, 4): "2/4", (3, 4): "3/4", (4, 4): "4/4", (6, 8): "6/8"}
_OF_IT = {"double": "twice it, ", "triple": "three times it, ", "third": "a third of it, ", "other": ""}


def find_doubts(timing: Timing, harmony: Harmony, factor: TempoFactor = "same") -> tuple[Doubt, ...]:
    """Return what may be otherwise than it was heard and counted: tempo, metre, where beats and bars lie, key."""
    found: list[Doubt] = []
    tempo, metre, key = timing.tempo, timing.metre, harmony.key
    if tempo is not None and tempo.confidence < _DOUBTFUL and tempo.alternatives:
        other = tempo.alternatives[0]
        of_it = _OF_IT.get(other.relation, f"{other.relation} of it, ")
        text = f"The tempo is doubtful: {tempo.tempo_bpm:.1f} BPM, or {of_it}{other.tempo_bpm:.1f} BPM."
        # what is told is counted by that factor again
        found.append(_doubt("tempo", text, **({"tempo_bpm": round(other.tempo_bpm, 1)} if factor == "same" else {})))
    if metre is not None and (metre.is_ambiguous or metre.confidence < _DOUBTFUL):
        names = [_METRES[metre.numerator, metre.denominator]]
        names += [_METRES[other.numerator, other.denominator] for other in metre.alternatives[:1]]
        text = f"The metre is {'ambiguous' if metre.is_ambiguous else 'doubtful'}: {' or '.join(names)}."
        found.append(_doubt("metre", text, **({"metre": names[1]} if len(names) > 1 else {})))
    if timing.placing is not None:
        found += [_doubt_place(timing.placing, other) for other in timing.placing.alternatives]
    if key is not None and key.is_ambiguous:
        rival = next((other.name for other in key.alternatives), key.relative)
        found.append(_doubt("key", f"The key is ambiguous: {key.name} or {rival}."))
    return tuple(found)


def tell_doubts(
    features: Features, timing: Timing, harmony: Harmony, form: Form, doubts: tuple[Doubt, ...]
) -> tuple[str, ...]:
    """Return one sentence for each doubt and for all that is missing."""
    if float(features.highest.max(initial=0.0)) == float(features.lowest.min(initial=0.0)) == 0.0:
        return ("It is silent: there is nothing to analyse.",)
    found: list[str] = []
    if features.duration_s < SHORTEST_S:
        found.append(f"It lasts {features.duration_s:.1f} s: too short for tempo and key, which need {SHORTEST_S:g} s.")
    elif timing.tempo is None:
        found.append("No beat was found: tell tempo and first beat if there is one.")
    found += [doubt.warning for doubt in doubts]
    if timing.tempo is not None and not timing.tempo.is_steady:
        found.append("The tempo is not steady: beats follow the playing.")
    if harmony.key is None and features.duration_s >= SHORTEST_S:
        found.append("No key was found: what sounds has no clear pitches or chords.")
    if harmony.engine.startswith("template"):
        found.append("The chord network is not installed: chords come from plain templates and are less reliable.")
    if harmony.engine in ("network", "template"):
        found.append("The note network is not installed: chords are judged without it and are less reliable.")
    if form.sections and all(section.label == "section" for section in form.sections) and len(form.sections) > 1:
        found.append("Sections have no names: nothing repeats clearly enough.")
    if not features.is_stereo and timing.tempo is not None:
        found.append("The sound is mono: where a voice sings cannot be guessed.")
    return tuple(found)


def _doubt(about: Literal["tempo", "metre", "beats", "bars", "key"], text: str, **told: Any) -> Doubt:
    """Return the doubt; the option that settles it has its parameter's name."""
    shown = [
        f"--{name.replace('_', '-')} {f'{value:.3f}' if name == 'first_beat_s' else value}"
        for name, value in told.items()
    ]
    warning = f"{text.removesuffix('.')} ({' '.join(shown)})." if shown else text
    return Doubt(about=about, text=text, warning=warning, **told)


def _doubt_place(placing: Placing, other: PlacingAlternative) -> Doubt:
    """Return where the first bar may begin as well."""
    what = "Where the beats lie is doubtful" if other.moves == "beats" else "Which beat begins the bar is doubtful"
    by = f"{_length(other, placing)} {'later' if other.n_beats_later > 0 else 'earlier'}"
    text = f"{what}: the first bar begins at {placing.first_beat_s:.3f} s, or {by}, at {other.first_beat_s:.3f} s."
    return _doubt(other.moves, text, first_beat_s=other.first_beat_s)


def _length(other: PlacingAlternative, placing: Placing) -> str:
    """Return how far two beginnings lie apart as a musician counts it: in beats, else in seconds."""
    beats = abs(other.n_beats_later)
    if beats in _PARTS:
        return _PARTS[beats]
    whole, part = divmod(beats, 1.0)
    if part == 0.0:
        return f"{whole:.0f} beats"
    if part == 0.5:
        return "a beat and a half" if whole == 1.0 else f"{whole:.0f} and a half beats"
    return f"{abs(other.first_beat_s - placing.first_beat_s):.2f} s"
