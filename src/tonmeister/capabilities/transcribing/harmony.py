"""What the chords and keys of an analysis do, told as data and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tonmeister.capabilities.transcribing.params import (
    AvoidedNote,
    CadenceFigures,
    ModulationFigures,
    NumeralFigures,
    ScaleFigures,
    SectionTheory,
    TheoryFigures,
)
from tonmeister.media.notation.spelling import lead_sheet_name
from tonmeister.music.chords import ChordSpan
from tonmeister.music.form import FormSection
from tonmeister.music.keys import KeyEstimate, KeySpan
from tonmeister.music.theory import parse_chord, parse_key, pitch_class
from tonmeister.music.theory_report import SectionHarmony, TheoryReport, describe_harmony


def tell_theory(song: Any) -> TheoryFigures | None:
    """Return the harmony of an analysed song; None where it has no key, no chords or no beats to lay them on."""
    chords = _chords(song.chords, len(song.beats_s))
    if song.key is None or not song.key_path or not chords:
        return None
    report = describe_harmony(
        chords,
        [_key_span(span, song.beats_s) for span in song.key_path],
        _key(song.key),
        sections=sections_of(song),
        downbeats=song.downbeats,
        metre=f"{song.metre.numerator}/{song.metre.denominator}" if song.metre else "",
        name_chord=lead_sheet_name,
    )
    return _figures(report)


def imply(theory: TheoryFigures) -> TheoryFigures:
    """Return the harmony of a single line: its chords are guesses, and are told as such."""
    return theory.model_copy(
        update={
            "is_implied": True,
            "paragraph": "A single line sounds and no chords, so that all chords here are guesses at what it implies. "
            + theory.paragraph,
        }
    )


def sections_of(song: Any) -> list[FormSection]:
    """Return the sections of an analysed song, each with how sure its name is."""
    return [FormSection(each.start_s, each.end_s, each.label, each.group, each.confidence) for each in song.sections]


def _chords(chords: Sequence[Any], n_beats: int) -> list[ChordSpan]:
    laid = [each for each in chords if each.start_beat is not None]
    ends = [*(each.start_beat for each in laid[1:]), n_beats][: len(laid)]
    found = []
    for each, end in zip(laid, ends, strict=True):
        parsed = None if each.label == "N" else parse_chord(each.label)
        bass = pitch_class(each.bass) if each.bass else parsed.root if parsed else -1
        root = parsed.root if parsed else -1
        span = (each.start_s, each.end_s, each.start_beat, max(end - each.start_beat, 1))
        found.append(ChordSpan(*span, each.label, root, bass, each.confidence))
    return found


def _key_span(span: Any, beats_s: Sequence[float]) -> KeySpan:
    key = parse_key(span.key)
    first = sum(at < span.start_s - 0.01 for at in beats_s)
    last = sum(at < span.end_s - 0.01 for at in beats_s)
    return KeySpan(span.start_s, span.end_s, first, max(last - first, 1), key.tonic, key.mode, span.confidence)


def _key(key: Any) -> KeyEstimate:
    relative = next((each.weight for each in key.alternatives if each.name == key.relative), 0.0)
    both = key.confidence + relative
    return KeyEstimate(
        key.tonic,
        key.mode,
        key.confidence,
        key.is_ambiguous,
        key.relative,
        relative / both if both else 0.0,
        tuple((each.name, each.weight) for each in key.alternatives),
    )


def _figures(report: TheoryReport) -> TheoryFigures:
    return TheoryFigures(
        paragraph=report.paragraph,
        confidence=round(report.confidence, 3),
        is_doubtful=report.is_doubtful,
        is_implied=False,
        form=report.form.pattern if report.form else "",
        chords=tuple(
            NumeralFigures(
                start_s=each.chord.start_s,
                end_s=each.chord.end_s,
                label=each.chord.label,
                key=each.key,
                figure=each.numeral.figure,
                function=each.numeral.function,
                applied_to=each.numeral.applied_to,
                is_resolved=each.numeral.is_resolved,
                confidence=round(each.numeral.confidence, 3),
            )
            for each in report.chords
        ),
        cadences=tuple(
            CadenceFigures(
                time_s=each.time_s,
                kind=each.kind,
                figures=each.figures,
                is_perfect=each.is_perfect,
                confidence=round(each.confidence, 3),
            )
            for each in report.cadences
        ),
        modulations=tuple(
            ModulationFigures(
                time_s=each.time_s,
                before=each.before,
                after=each.after,
                kind=each.kind,
                pivot=each.pivot or (),
                confidence=round(each.confidence, 3),
            )
            for each in report.modulations
        ),
        sections=tuple(_section(each) for each in report.sections),
    )


def _section(each: SectionHarmony) -> SectionTheory:
    return SectionTheory(
        start_s=each.section.start_s,
        end_s=each.section.end_s,
        label=each.section.name,
        group=each.section.group,
        key=each.key,
        confidence=round(each.key_confidence, 3),
        loop=each.loop.figures if each.loop else (),
        loop_name=each.loop.known_as if each.loop else "",
        scales=tuple(
            ScaleFigures(
                name=scale.name,
                notes=scale.notes,
                confidence=round(scale.confidence, 3),
                avoid=tuple(
                    AvoidedNote(chord=note.chord, note=note.note, instead=note.instead) for note in scale.avoid
                ),
            )
            for scale in each.scales
        ),
    )
