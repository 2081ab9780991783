"""All that is said about a song's harmony, from its chords, keys and sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tonmeister.music.cadences import Cadence, Modulation, find_cadences, find_modulations
from tonmeister.music.chords import ChordSpan
from tonmeister.music.form import Form, FormSection, Loop, find_loop, name_form, plain_figure
from tonmeister.music.keys import KeyEstimate, KeySpan
from tonmeister.music.roman import RomanNumeral, analyse_chords
from tonmeister.music.scales import ScaleSuggestion, suggest_scales
from tonmeister.music.theory_words import write_paragraph

_DOUBTFUL = 0.45


@dataclass(frozen=True)
class AnalysedChord:
    """A chord, the key that it is heard in, and what it does there."""

    chord: ChordSpan
    key: str
    numeral: RomanNumeral


@dataclass(frozen=True)
class SectionHarmony:
    """A section's key and what to play over it.

    Attributes
    ----------
    section
        Where and what it is.
    key
        Name of the key that fills most of it.
    key_confidence
        How sure that is.
    loop
        The succession of chords that it turns on, if there is one.
    scales
        Best first; empty where no chord is heard.
    """

    section: FormSection
    key: str
    key_confidence: float
    loop: Loop | None
    scales: tuple[ScaleSuggestion, ...]


@dataclass(frozen=True)
class TheoryReport:
    """A song's harmony.

    Attributes
    ----------
    key
        Of the whole, with what else it could be.
    key_path
        In order.
    chords
        In order, each with its numeral.
    cadences, modulations
        In order.
    sections
        One for each section; one for the whole where none are known.
    form
        None where no sections are known.
    loop
        Of the whole, if there is one.
    confidence
        Mean over the chords, by duration; 0 where there is none.
    is_doubtful
        Whether that is so low that all of this may be wrong.
    paragraph
        The same in plain language.
    """

    key: KeyEstimate
    key_path: tuple[KeySpan, ...]
    chords: tuple[AnalysedChord, ...]
    cadences: tuple[Cadence, ...]
    modulations: tuple[Modulation, ...]
    sections: tuple[SectionHarmony, ...]
    form: Form | None
    loop: Loop | None
    confidence: float
    is_doubtful: bool
    paragraph: str


def describe_harmony(
    chords: Sequence[ChordSpan],
    key_path: Sequence[KeySpan],
    key: KeyEstimate,
    *,
    sections: Sequence[FormSection] = (),
    downbeats: Sequence[int] = (),
    metre: str = "",
) -> TheoryReport:
    """Describe a song's harmony.

    Parameters
    ----------
    chords
        In order, without gaps.
    key_path
        In order, on the same beats.
    key
        Of the whole.
    sections
        In order; empty where they are not known.
    downbeats
        Indexes of the beats that begin bars; empty where they are not known.
    metre
        Such as ``3/4``; empty where it is not known.

    Returns
    -------
    TheoryReport
        A song without a chord has an empty report that says so.

    Raises
    ------
    ValueError
        If there is no key path.

    Examples
    --------
    >>> from tonmeister.music.harmony import find_harmony
    >>> from tonmeister.music.tab import PlayedNote
    >>> bars = [(48, 64, 67), (53, 65, 69), (55, 62, 71), (48, 64, 72)]
    >>> notes = [PlayedNote(2 * bar, 2 * bar + 2, midi) for bar, tones in enumerate(bars) for midi in tones]
    >>> heard = find_harmony(notes, [0, 1, 2, 3, 4, 5, 6, 7])
    >>> report = describe_harmony(heard.chords, heard.key_path, heard.key, downbeats=[0, 4])
    >>> [chord.numeral.figure for chord in report.chords]
    ['I', 'IV', 'V', 'I']
    """
    if not key_path:
        raise ValueError("key_path must hold one key or more")
    homes = [_key_at(chord.start_beat, key_path) for chord in chords]
    keys = [home.key for home in homes]
    numerals = analyse_chords(chords, keys, [home.confidence for home in homes])
    ends = [section.end_s for section in sections]
    heard = [chord for chord in chords if chord.root >= 0]
    n_beats = sum(chord.n_beats for chord in heard)
    confidence = sum(chord.confidence * chord.n_beats for chord in heard) / n_beats if n_beats else 0.0
    parts = sections or ([FormSection(chords[0].start_s, chords[-1].end_s, "", "")] if heard else [])
    report = TheoryReport(
        key=key,
        key_path=tuple(key_path),
        chords=tuple(
            AnalysedChord(chord, home.name, numeral)
            for chord, home, numeral in zip(chords, homes, numerals, strict=True)
        ),
        cadences=tuple(find_cadences(chords, numerals, keys, downbeats=downbeats, section_ends_s=ends)),
        modulations=tuple(find_modulations(chords, key_path)),
        sections=tuple(_describe_section(part, chords, numerals, key_path) for part in parts),
        form=name_form(sections) if sections else None,
        loop=find_loop([plain_figure(numeral.figure) for numeral in numerals]),
        confidence=confidence,
        is_doubtful=confidence < _DOUBTFUL,
        paragraph="",
    )
    return replace(report, paragraph=write_paragraph(report, metre))


def _key_at(beat: int, key_path: Sequence[KeySpan]) -> KeySpan:
    return next((span for span in key_path if beat < span.start_beat + span.n_beats), key_path[-1])


def _describe_section(
    section: FormSection, chords: Sequence[ChordSpan], numerals: Sequence[RomanNumeral], key_path: Sequence[KeySpan]
) -> SectionHarmony:
    inside = [
        index
        for index, chord in enumerate(chords)
        if min(chord.end_s, section.end_s) - max(chord.start_s, section.start_s) >= 0.5 * (chord.end_s - chord.start_s)
    ]

    def overlap(span: KeySpan) -> float:
        return min(span.end_s, section.end_s) - max(span.start_s, section.start_s)

    home = max(key_path, key=overlap)
    at_home = [chords[index] for index in inside if _key_at(chords[index].start_beat, key_path).name == home.name]
    return SectionHarmony(
        section=section,
        key=home.name,
        key_confidence=home.confidence,
        loop=find_loop([plain_figure(numerals[index].figure) for index in inside]),
        scales=tuple(suggest_scales(at_home, home.key, home.confidence)),
    )
