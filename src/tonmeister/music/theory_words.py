"""The harmony of a song in plain language, every claim hedged by how sure it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tonmeister.music.form import UNNAMED, plain_figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from tonmeister.music.theory_report import TheoryReport

_RELATIONS = {
    "relative": "its relative key",
    "parallel": "the same tonic in the other mode",
    "dominant": "the key a fifth above",
    "subdominant": "the key a fourth above",
    "step up": "a step up",
    "close": "a neighbouring key",
    "distant": "a distant key",
}
_MOST = 3
_SURE = 0.5
_NEARLY = 0.75  # this likely beside the likeliest key is nearly as likely


def write_paragraph(report: TheoryReport, metre: str, name_chord: Callable[[str], str] = str) -> str:
    """Return some sentences: key, changes of key, chords, colour, endings, form, and what to play."""
    if not any(chord.chord.root >= 0 for chord in report.chords):
        return "No chord could be heard, so nothing can be said about key or harmony."
    sentences = []
    if report.is_doubtful:
        sentences.append(
            f"The chords are heard with little confidence ({report.confidence:.0%}), so take all this as a guess."
        )
    sentences += [
        _key(report, metre),
        *_changes(report),
        _chords(report),
        *_colour(report, name_chord),
        *_endings(report),
    ]
    sentences += [*_form(report), *_scales(report, name_chord)]
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)


def _key(report: TheoryReport, metre: str) -> str:
    key = report.key
    if not key.is_ambiguous:
        return f"The piece is in {key.name} ({key.confidence:.0%} sure){f', in {metre}' if metre else ''}."
    other, weight = key.alternatives[0] if key.alternatives else (key.relative, 0.0)
    same = ", which has the same notes" if other == key.relative else ""
    if weight >= _NEARLY * key.confidence:
        rival = f"; {other}{same}{',' if same else ''} is nearly as likely"
    else:
        rival = f" or, less likely, {other}{same}"
    return (
        f"The key is ambiguous: {key.name} ({key.confidence:.0%}){rival}.{f' The metre is {metre}.' if metre else ''}"
    )


def _changes(report: TheoryReport) -> list[str]:
    sure = [change for change in report.modulations if change.confidence >= _SURE]
    n_doubtful = len(report.modulations) - len(sure)
    said = []
    for change in sure[:_MOST]:
        by = f" by way of {change.pivot[0]}, which becomes {change.pivot[1]}" if change.pivot else ""
        said.append(f"{change.after} ({_RELATIONS[change.kind]}) at {_clock(change.time_s)}{by}")
    sentences = [f"It moves to {_list(said)}."] if said else []
    if len(sure) > _MOST:
        sentences.append(
            f"{_count(len(sure) - _MOST, 'more change')} of key follow{'s' if len(sure) == _MOST + 1 else ''}."
        )
    if n_doubtful:
        verb = "is" if n_doubtful == 1 else "are"
        sentences.append(f"{_count(n_doubtful, 'change')} of key {verb} possible but not sure.")
    if not report.modulations:
        sentences.append("It stays in one key.")
    return sentences


def _chords(report: TheoryReport) -> str:
    beats: Counter[str] = Counter()
    for chord in report.chords:
        if chord.chord.root >= 0:
            beats[plain_figure(chord.numeral.figure)] += chord.chord.n_beats
    common = _list([figure for figure, _ in beats.most_common(4)])
    if report.loop is None:
        return f"Its main {'chord is' if len(beats) == 1 else 'chords are'} {common}."
    known = f", {report.loop.known_as}" if report.loop.known_as else ""
    return f"It turns on {'-'.join(report.loop.figures)}{known}; the most heard chords are {common}."


def _colour(report: TheoryReport, name_chord: Callable[[str], str]) -> list[str]:
    applied: Counter[str] = Counter()
    borrowed: Counter[str] = Counter()
    for chord in report.chords:
        if chord.numeral.confidence < 0.3:
            continue
        named = f"{name_chord(chord.chord.label.partition('/')[0])} ({plain_figure(chord.numeral.figure)})"
        if chord.numeral.function == "applied":
            applied[named] += 1
        elif chord.numeral.function == "borrowed":
            borrowed[named] += 1
    sentences = []
    if applied:
        names = _list([name for name, _ in applied.most_common(_MOST)])
        sentences.append(f"Secondary dominants push towards other degrees: {names}.")
    if borrowed:
        names = _list([name for name, _ in borrowed.most_common(_MOST)])
        verb = "is" if len(borrowed) == 1 else "are"
        sentences.append(f"{names} {verb} borrowed from the parallel mode.")
    return sentences


def _endings(report: TheoryReport) -> list[str]:
    kinds = Counter(cadence.kind for cadence in report.cadences if cadence.confidence >= 0.3)
    if not kinds:
        return []
    named = _list([_count(n, f"{kind} cadence") for kind, n in kinds.most_common()])
    last = report.cadences[-1]
    is_end = last.chord >= len(report.chords) - 2 and last.confidence >= 0.3
    close = f", the last of them {'-'.join(last.figures)} at {_clock(last.time_s)}" if is_end else ""
    return [f"Phrases come to rest in {named}{close}."]


def _form(report: TheoryReport) -> list[str]:
    if report.form is None or len(report.form.pattern) < 2:
        return []
    pattern, labels = report.form.pattern, report.form.labels
    if all(label == UNNAMED for label in labels):
        return [f"The form is {pattern}."]
    named = [letter if label == UNNAMED else label for letter, label in zip(pattern, labels, strict=True)]
    return [f"The form is {pattern}, perhaps {', '.join(named)}."]


def _scales(report: TheoryReport, name_chord: Callable[[str], str]) -> list[str]:
    told: dict[str, list[int]] = {}
    for at, part in enumerate(report.sections):
        if part.scales:
            told.setdefault(part.scales[0].name, []).append(at)

    def length_s(name: str) -> float:
        return sum(report.sections[at].section.end_s - report.sections[at].section.start_s for at in told[name])

    named = sorted(told, key=length_s, reverse=True)
    sentences = []
    for name in named[:_MOST]:
        scale = report.sections[told[name][0]].scales[0]
        over = f"Over {_list(_places(report, told, name))}," if len(told) > 1 else "To improvise,"
        twin = next(
            (other for other in named[: named.index(name)] if _notes(report, told, other) == set(scale.notes)), ""
        )
        same = f", which has the notes of {twin}," if twin else ""
        sentence = f"{over} {name}{same} fits ({scale.coverage:.0%} of the chords' notes)"
        changed = [note for note in scale.avoid if note.instead]
        rubbing = [note for note in scale.avoid if not note.instead]
        if changed:
            sentence += f"; over {name_chord(changed[0].chord)} take {changed[0].instead} instead of {changed[0].note}"
        elif rubbing:
            sentence += f"; do not rest on {rubbing[0].note} over {name_chord(rubbing[0].chord)}"
        sentences.append(sentence + ".")
    if len(named) > _MOST:
        rest = [place for name in named[_MOST:] for place in _places(report, told, name)]
        sentences.append(f"Other scales fit {_list(rest)}.")
    return sentences


def _notes(report: TheoryReport, told: dict[str, list[int]], name: str) -> set[str]:
    return set(report.sections[told[name][0]].scales[0].notes)


def _places(report: TheoryReport, told: dict[str, list[int]], name: str) -> list[str]:
    """Name the sections that a scale fits, each so that no section with another scale is named alike."""
    others = [at for other, places in told.items() if other != name for at in places]
    found = []
    for at in told[name]:
        forms = _forms(report, at)
        taken = {form for other in others for form in _forms(report, other)[:-1]}
        found.append(next((form for form in forms[:-1] if form not in taken), forms[-1]))
    return list(dict.fromkeys(found))


def _forms(report: TheoryReport, at: int) -> list[str]:
    """Return names of a section, from the plainest to the one that no other section has."""
    section = report.sections[at].section
    plain = [section.name] if section.name and section.name != UNNAMED else []
    letter = report.form.pattern[at] if report.form else ""
    lettered = f"{plain[0] if plain else 'part'} {letter}".strip()
    return [*plain, lettered, f"{lettered} at {_clock(section.start_s)}"]


def _clock(time_s: float) -> str:
    return f"{int(time_s // 60)}:{int(time_s % 60):02d}"


def _count(n: int, noun: str) -> str:
    return f"{'one' if n == 1 else n} {noun}{'' if n == 1 else 's'}"


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
