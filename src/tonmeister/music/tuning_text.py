"""Tunings as players write them: names, and strings by their letters, in capitals or not.

No numerics are imported here, so that parameters may be checked quickly.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tonmeister.music.fretboard import TUNINGS
from tonmeister.music.theory import pitch_class

MAX_STRINGS = 12
HOW_TO_WRITE = "Write the strings in capitals with spaces between, such as E A D G B E or Eb Ab Db Gb Bb Eb"

_MAX_SIGNS = 2 * MAX_STRINGS
_SIX_STRING_BASS = (23, 28, 33, 38, 43, 48)
_USUAL: dict[str, tuple[tuple[int, ...], ...]] = {
    "guitar": (TUNINGS["guitar"], TUNINGS["guitar 7 strings"], TUNINGS["guitar 8 strings"]),
    "bass": (TUNINGS["bass"], TUNINGS["bass 5 strings"], _SIX_STRING_BASS),
    "ukulele": (TUNINGS["ukulele"],),
}
_ANY = (*_USUAL["guitar"], TUNINGS["bass"], TUNINGS["bass 5 strings"])


@dataclass(frozen=True)
class Tuning:
    """Open strings as MIDI numbers, string 1 last, and as they were written, such as Eb2; empty for a known name."""

    midi: tuple[int, ...]
    names: tuple[str, ...] = ()


def tuning_names(instrument: str) -> list[str]:
    """Return the names that `read_tuning` knows for an instrument, without the instrument's own."""
    return [name.removeprefix(f"{instrument} ") for name in TUNINGS if name.split()[0] == instrument]


def read_tuning(text: str, instrument: str | None = None) -> Tuning:
    """Read a tuning: a name from `TUNINGS`, or note names from the lowest-placed string to string 1.

    Parameters
    ----------
    text
        ``"guitar drop D"`` (or ``"drop D"``, with the instrument), ``"D2 A2 D3 G3 B3 E4"``, or letters alone
        (``"EADGBE"``, ``"dadgad"``): then the octaves are those that come nearest to the usual tuning of the instrument
        with so many strings.
    instrument
        guitar, bass or ukulele; without it, whichever has so many strings.

    Returns
    -------
    Tuning
        The open strings, spelled as they were written.

    Raises
    ------
    ValueError
        If it is neither, or small letters can be read in several ways: whether b is a string or a flat is told by
        the number of strings.

    Examples
    --------
    >>> read_tuning("eadgbe", "guitar").midi == read_tuning("EADGBE").midi == TUNINGS["guitar"]
    True
    """
    known = _find_name(text, instrument)
    if known is not None:
        return Tuning(TUNINGS[known])
    usual = {len(each): each for each in reversed(_USUAL.get(instrument or "", _ANY))}
    readings = _readings(text)
    named = [names for names in readings if _is_named(names, usual, instrument)] if len(readings) > 1 else []
    names = named[0] if len(named) == 1 else _choose(text, readings, list(reversed(usual)))
    return _pitched(text, names, usual, instrument)


def _is_named(names: Sequence[str], usual: Mapping[int, tuple[int, ...]], instrument: str | None) -> bool:
    """Tell whether a reading is a tuning that has a name: of several it is the one that is meant."""
    if len(names) not in usual:
        return False
    tuning = _pitched("", names, usual, instrument).midi
    return any(tuning == each for name, each in TUNINGS.items() if instrument in (None, name.split()[0]))


def _find_name(text: str, instrument: str | None) -> str | None:
    plain = _plain(text)
    if not plain:
        return None
    if instrument in TUNINGS and plain in ("standard", "standardtuning", "usual"):
        return instrument
    return next(
        (
            name
            for name in TUNINGS
            if plain == _plain(name) or (instrument is not None and _plain(f"{instrument} {text}") == _plain(name))
        ),
        None,
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).casefold()


def _readings(text: str) -> list[tuple[str, ...]]:
    """Return all ways to read letters as strings; of those, the first takes every b that it can for a flat."""
    tokens = [token for token in re.split(r"[\s,;/–-]+", text) if token]
    if not tokens:
        raise ValueError(f"tuning {text!r} names no strings")
    signs = "".join(tokens)
    wrong = next((sign for sign in signs if sign.upper() not in "ABCDEFG" and sign not in "#♯♭0123456789"), None)
    if wrong is not None:
        raise ValueError(f"tuning {text!r}: {wrong!r} names no note (A to G do, with # or b behind them)")
    if sum(sign.isalpha() for sign in signs) > _MAX_SIGNS:
        raise ValueError(f"tuning {text!r} has more than {MAX_STRINGS} strings")
    for token in tokens:
        if not token[0].isalpha():
            raise ValueError(f"tuning {text!r}: {token[0]!r} stands behind no note")
    found = []
    for parts in itertools.product(*(list(_read(token)) for token in tokens)):
        names = tuple(itertools.chain(*parts))
        if len(names) <= MAX_STRINGS:
            found.append(names)
    if not found:
        raise ValueError(f"tuning {text!r} has more than {MAX_STRINGS} strings")
    return found


def _read(token: str) -> Iterator[tuple[str, ...]]:
    def go_on(at: int, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if len(names) > MAX_STRINGS:
            return
        if at == len(token):
            yield names
            return
        sign = {"♯": "#"}.get(token[at], token[at])
        if sign in "b♭" and names and len(names[-1]) == 1:
            yield from go_on(at + 1, (*names[:-1], names[-1] + "b"))
        if sign.upper() in "ABCDEFG":
            yield from go_on(at + 1, (*names, sign.upper()))
        elif names and (sign.isdigit() or (sign == "#" and not names[-1][-1].isdigit())):
            yield from go_on(at + 1, (*names[:-1], names[-1] + sign))

    return go_on(0, ())


def _choose(text: str, readings: Sequence[tuple[str, ...]], counts: Sequence[int]) -> tuple[str, ...]:
    """Return the reading that is meant: the only one, or the only one with as many strings as are usual."""
    for fitting in (readings, *([names for names in readings if len(names) == count] for count in counts)):
        if len(fitting) == 1:
            return fitting[0]
        if fitting and fitting is not readings:
            break
    if any(sign.isupper() for sign in text):
        return readings[0]
    raise ValueError(f"tuning {text!r} can be read in {len(readings)} ways, as b may be a string or a flat")


def _pitched(text: str, names: Sequence[str], usual: Mapping[int, tuple[int, ...]], instrument: str | None) -> Tuning:
    pitches: list[int] = []
    spelled: list[str] = []
    for at, name in enumerate(names):
        letter = name.rstrip("0123456789")
        octave = name[len(letter) :]
        shift = letter.count("#") - letter[1:].count("b")
        if octave:
            pitch = pitch_class(letter[:1]) + shift + 12 * (int(octave) + 1)
        elif len(names) in usual:
            near = usual[len(names)][at]
            pitch = near + (pitch_class(letter[:1]) + shift - near + 6) % 12 - 6
        else:
            n_usual = ", ".join(str(count) for count in sorted(usual))
            has = f"{len(names)} string{'' if len(names) == 1 else 's'}"
            what = f"a {instrument} has {n_usual}" if instrument else f"{n_usual} are usual"
            raise ValueError(f"tuning {text!r} has {has} ({what}) and so needs octaves, such as 'E2'")
        if not 0 <= pitch <= 127:
            raise ValueError(f"tuning {text!r}: {name} lies outside of MIDI 0 to 127")
        pitches.append(pitch)
        spelled.append(f"{letter}{(pitch - shift) // 12 - 1}")
    return Tuning(tuple(pitches), tuple(spelled))
