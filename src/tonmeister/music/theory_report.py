"""All that is said about a song's harmony, from its chords, keys and sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        Best first, the same for all sections of one group and key; empty where no chord is heard.
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
    name_chord: Callable[[str], str] = str,
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
    name_chord
        How the paragraph writes a chord whose label it is given; as the label has it by default.

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
    played = [_Played(part, chords, key_path) for part in parts]
    report = TheoryReport(
        key=key,
        key_path=tuple(key_path),
        chords=tuple(
            AnalysedChord(chord, home.name, numeral)
            for chord, home, numeral in zip(chords, homes, numerals, strict=True)
        ),
        cadences=tuple(find_cadences(chords, numerals, keys, downbeats=downbeats, section_ends_s=ends)),
        modulations=tuple(find_modulations(chords, key_path)),
        sections=tuple(_describe_section(each, played, numerals) for each in played),
        form=name_form(sections) if sections else None,
        loop=find_loop([plain_figure(numeral.figure) for numeral in numerals]),
        confidence=confidence,
        is_doubtful=confidence < _DOUBTFUL,
        paragraph="",
    )
    return replace(report, paragraph=write_paragraph(report, metre, name_chord))


def _key_at(beat: int, key_path: Sequence[KeySpan]) -> KeySpan:
    return next((span for span in key_path if beat < span.start_beat + span.n_beats), key_path[-1])


class _Played:
    """A section, which chords are heard in it, and the key that fills most of it."""

    def __init__(self, section: FormSection, chords: Sequence[ChordSpan], key_path: Sequence[KeySpan]):
        def overlap_s(span: KeySpan | ChordSpan) -> float:
            return min(span.end_s, section.end_s) - max(span.start_s, section.start_s)

        self.section = section
        self.inside = [at for at, each in enumerate(chords) if overlap_s(each) >= 0.5 * (each.end_s - each.start_s)]
        self.home = max(key_path, key=overlap_s)
        homes = [_key_at(chords[at].start_beat, key_path).name for at in self.inside]
        self.at_home = [chords[at] for at, name in zip(self.inside, homes, strict=True) if name == self.home.name]


def _describe_section(played: _Played, others: Sequence[_Played], numerals: Sequence[RomanNumeral]) -> SectionHarmony:
    alike = [
        each for each in others if each is played or (each.section.group and each.section.group == played.section.group)
    ]
    home = played.home
    # what repeats is the same music: one scale fits it, however the chords of one time were heard
    at_home = [chord for each in alike if each.home.name == home.name for chord in each.at_home]
    return SectionHarmony(
        section=played.section,
        key=home.name,
        key_confidence=home.confidence,
        loop=find_loop([plain_figure(numerals[at].figure) for at in played.inside]),
        scales=tuple(suggest_scales(at_home, home.key, home.confidence)),
    )
