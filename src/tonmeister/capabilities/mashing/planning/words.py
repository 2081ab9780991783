"""What a plan is called, what its sections are, what stood in the way: said from its costs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.plan import CostTerm, Remedy
from tonmeister.capabilities.mashing.planning.bands import fair_shares, why_not
from tonmeister.core.units import whole
from tonmeister.music.theory import KEY_NAMES, parse_key, pitch_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tonmeister.capabilities.mashing.plan import TimelineSection
    from tonmeister.capabilities.mashing.planning.aims import Aims
    from tonmeister.capabilities.mashing.planning.costs import Board

_NO_NAME = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MAX_NAME = 60
PROBLEM_COST = 0.35
"""A term that costs a slot so much on average is told as a problem."""
TERM_WORDS = {
    "harmony and sound": "how well leads and backings go together",
    "own backing": "leads over their own backing",
    "energy": "how far energy is from the course that was aimed at",
    "form": "phrases at places that their own song gives to others",
    "turns": "leads and bands out of turn",
    "missing lead": "leads missing or not asked for",
    "silent stems": "stems that are silent where they were to play",
    "tempo": "changes of tempo",
    "pitch": "changes of pitch",
    "jumps": "phrases that do not go on where the last one ended",
    "entries off sections": "entries in the midst of a section",
    "changes of harmony": "jumps of harmony between backings",
    "broken rules": "rules that the plan breaks",
}


def plain_name(name: str) -> str:
    """Return a song's name for people: without its ending, signs that show nothing and excess length."""
    stem = re.sub(r"\.(wav|flac|mp3|ogg|opus|m4a|aiff?|wv|hq)$", "", _NO_NAME.sub(" ", name), flags=re.IGNORECASE)
    stem = re.sub(r"\.hq$", "", stem).replace("_", " ").strip()
    stem = re.sub(r"\s+", " ", stem)
    return (stem if len(stem) <= MAX_NAME else stem[: MAX_NAME - 1].rstrip() + "…") or "a song"


def names_of(board: Board) -> list[str]:
    """Return the songs' names for people."""
    return [plain_name(material.card.name) for material in board.materials]


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def listed_numbers(numbers: Sequence[int]) -> str:
    """Return rising numbers as a list in a sentence, three and more in a row as a range: 2, 4 to 9 and 12."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [[f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(number) for number in run] for run in runs]
    return listed([each for run in told for each in run])


def heard_in(sections: Iterable[TimelineSection]) -> frozenset[str]:
    """Return the letters of the songs of which something is heard."""
    return frozenset(layer.songId for section in sections for layer in section.layers)


def title_of(board: Board, aims: Aims, number: int, heard: frozenset[str]) -> str:
    """Return a title of the songs that are heard; ``number`` tells plans for the same songs apart."""
    named = {material.letter: name for material, name in zip(board.materials, names_of(board), strict=True)}
    leading = board.materials[aims.lead].letter
    order = [letter for letter in (leading, *(each for each in named if each != leading)) if letter in heard]
    lead, *others = [named[letter] for letter in order or named]
    forms = {
        "classic": f"{lead} over {listed(others)}" if others else lead,
        "trade": f"{lead} vs. {listed(others)}" if others else lead,
        "medley": " / ".join([lead, *others]),
        "megamix": f"{' + '.join([lead, *others])} (megamix)",
    }
    mark = {0: "", 1: " (second way)", 2: " (third way)"}.get(number, f" ({number + 1})")
    return (forms[aims.style][: 160 - len(mark)]) + mark


def credits_of(board: Board, heard: frozenset[str]) -> str:
    """Say whose music it is, by the names of the songs that are heard."""
    names = zip(board.materials, names_of(board), strict=True)
    return f"Made of {listed([name for material, name in names if material.letter in heard] or names_of(board))}."[:600]


def moved_key(name: str, shift: int) -> str:
    """Return the key that a song is in when it is moved by so many semitones."""
    key = parse_key(name)
    wanted = (pitch_class(key.tonic) + shift) % 12
    moved = [each for each in KEY_NAMES if parse_key(each).mode == key.mode]
    return next(each for each in moved if pitch_class(parse_key(each).tonic) == wanted)


def describe(section: TimelineSection, names: dict[str, str], *, continues: bool) -> str:
    """Return a sentence on a section."""
    backing = names[section.backing[0]]
    if section.lead is None:
        what = f"The instruments of {backing} alone ({section.backing})"
    elif section.lead == section.backing:
        what = f"{backing} as it is ({section.backing})"
    else:
        how = "" if section.score_percent is None else f", {whole(section.score_percent)} of 100"
        is_sung = any(layer.role == "lead" and layer.stem == "vocals" for layer in section.layers)
        lead = f"{'' if is_sung else 'the melody of '}{names[section.lead[0]]}"
        is_backed = any(layer.role == "backing" for layer in section.layers)
        over = f"over {backing} ({section.backing}{how})" if is_backed else "alone"
        what = f"{lead[:1].upper()}{lead[1:]} leads ({section.lead}) {over}"
    if section.drums is not None:
        what += f", with drums of {names[section.drums[0]]}"
    if continues:
        what += "; the backing goes on"
    if any("echo_out" in layer.effects for layer in section.layers):
        what += "; an echo rings on after its end"
    return f"{what}."[:600]


def terms_of(costs: dict[str, float]) -> tuple[CostTerm, ...]:
    """Return the terms, the greatest first."""
    ranked = sorted(costs.items(), key=lambda entry: -entry[1])
    return tuple(CostTerm(name=name, cost=round(cost, 3), words=TERM_WORDS[name]) for name, cost in ranked)


def remedies_of(board: Board, aims: Aims, costs: dict[str, float], sections: Sequence[TimelineSection]) -> list[Remedy]:
    """Return what stood in the way and what is done about it, the greatest difficulty first."""
    names, n = names_of(board), max(1, len(sections))
    found: list[tuple[float, Remedy]] = []
    heard = heard_in(sections)
    leading = {layer.songId for section in sections for layer in section.layers if layer.role == "lead"}
    for number, material in enumerate(board.materials):
        if material.letter not in heard:
            continue
        rate = aims.tempo_bpm / material.counted_bpm
        if abs(rate - 1) > 0.003:
            way = "faster" if rate > 1 else "slower"
            found.append(_remedy(
                abs(rate - 1) * 8,
                f"{names[number]} has {material.card.tempo_bpm:.1f} BPM, the mashup {aims.tempo_bpm:g}.",
                f"It is played {100 * abs(rate - 1):.1f} % {way}, beat by beat, at its own pitch"
                + ("." if material.factor == "same" else f", its beats counted {material.factor}."),
            ))  # fmt: skip
        if aims.shifts[number]:
            found.append(_remedy(
                0.3 * abs(aims.shifts[number]),
                f"{names[number]} is in {material.card.key or 'no clear key'}, where more of its tones would clash.",
                f"All of it but its drums is moved by {semitones(aims.shifts[number])}.",
            ))  # fmt: skip
        if material.card.stems_grade == "poor":
            found.append(_remedy(
                0.8,
                f"The stems of {names[number]} are poor: much of each is heard in the others.",
                "Its voice is cut at the bottom, and what backs other leads makes room for them."
                if material.lead_stem == "vocals"
                else "What backs other leads makes room for them.",
            ))  # fmt: skip
        if material.lead_stem == "other" and material.letter in leading:
            found.append(_remedy(0.5, f"{names[number]} has no voice.", "Its melody instruments lead in its place."))
        elif material.lead_stem == "vocals" and not material.can_lead.any():
            found.append(_remedy(
                0.6,
                f"The voice of {names[number]} sounds too seldom in any {aims.n_bars} bars to lead.",
                "It backs the others only.",
            ))  # fmt: skip
    scores = [section for section in sections if section.score_percent is not None]
    weak = [section for section in scores if (section.score_percent or 0) < 55]
    if weak:
        where = listed([_clock(section.time_start_sec) for section in weak[:4]])
        found.append(_remedy(costs.get("harmony and sound", 0.0) / n,
                             f"At {where} lead and backing have little to do with each other.",
                             "The backing's melody instruments stay in the background there."))  # fmt: skip
    found += _of_voices(board, aims, leading)
    found += _of_bands(board, aims, sections)
    found += _of_leads(sections, aims)
    for name, (problem, solution) in _TERM_REMEDIES.items():
        if costs.get(name, 0.0) / n >= PROBLEM_COST:
            found.append(_remedy(costs[name] / n, problem, solution))
    return [remedy for _, remedy in sorted(found, key=lambda entry: -entry[0])][:24]


_TERM_REMEDIES = {
    "energy": (
        "The songs have no phrases for every step of the energy that was aimed at.",
        "The nearest ones are taken; how loud each section is and what plays in it do the rest.",
    ),
    "jumps": (
        "Phrases do not always go on where the last one ended.",
        "Such joints lie on downbeats and are faded at equal power.",
    ),
}


def _of_voices(board: Board, aims: Aims, leading: set[str]) -> Iterator[tuple[float, Remedy]]:
    """Tell of voices that could lead and do not; in a classic mashup one is enough."""
    names = dict(zip((material.letter for material in board.materials), names_of(board), strict=True))
    able = [each.letter for each in board.materials if each.lead_stem == "vocals" and each.can_lead.any()]
    if aims.style == "classic" and leading & set(able):
        return
    for song in able:
        if song not in leading:
            yield _remedy(
                0.7,
                f"{names[song]} has a voice that could lead, and it is not heard in this plan.",
                f"The melody of {listed([names[each] for each in names if each in leading])} leads in its place."
                if leading
                else "The instruments play alone.",
            )


def _of_bands(board: Board, aims: Aims, sections: Sequence[TimelineSection]) -> Iterator[tuple[float, Remedy]]:
    """Tell of songs whose band plays less than its fair share, and why."""
    names, n = names_of(board), len(sections)
    for number, fair in enumerate(fair_shares(board, aims)):
        n_played = sum(section.backing[0] == board.materials[number].letter for section in sections)
        if n_played >= fair * n - 1e-9:
            continue
        why = why_not(board, aims, number)
        yield _remedy(
            0.7 if why else 0.4,
            f"The band of {names[number]} plays in {n_played} of {n} sections only: "
            f"{why or 'other limits leave no room for more'}.",
            "The other bands play in its place.",
        )


def _of_leads(sections: Sequence[TimelineSection], aims: Aims) -> Iterator[tuple[float, Remedy]]:
    """Tell of sections that ask for a lead and have none."""
    pairs = list(enumerate(zip(sections, aims.slots, strict=False), start=1))
    silent = [number for number, (section, slot) in pairs if slot.wants_lead and section.lead is None]
    if silent:
        where = f"section{'s' if len(silent) > 1 else ''} {listed_numbers(silent)}"
        yield _remedy(
            len(silent) / len(pairs),
            f"In {where} nothing leads, though the form has a lead there.",
            "The instruments play alone there.",
        )


def _remedy(weight: float, problem: str, solution: str) -> tuple[float, Remedy]:
    return weight, Remedy(problem=problem[:400], solution=solution[:400])


def _clock(time_s: float) -> str:
    return f"{int(time_s // 60)}:{int(time_s % 60):02d}"


def semitones(shift: int) -> str:
    """Return a move in pitch in words."""
    return f"{shift:+d} semitone{'s' if abs(shift) > 1 else ''}"
