"""Which sharps, flats and naturals are printed before notes: readers see them, whatever a file says of pitches."""

from __future__ import annotations

from tonmeister.media.notation.spelling import LETTERS_BY_FIFTHS

_NAMES = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}


class Accidentals:
    """The state of a staff: a sign holds for its line to the end of the bar, then the key signature holds again."""

    def __init__(self, n_fifths: int):
        altered = LETTERS_BY_FIFTHS if n_fifths > 0 else LETTERS_BY_FIFTHS[::-1]
        self._key = dict.fromkeys(altered[: abs(n_fifths)], 1 if n_fifths > 0 else -1)
        self._bar: dict[tuple[str, int], int] = {}
        self._before: dict[tuple[str, int], int] = {}

    def begin_bar(self) -> None:
        """Forget the signs of the bar before, but that they were there."""
        self._before = {line: alter for line, alter in self._bar.items() if alter != self._key.get(line[0], 0)}
        self._bar = {}

    def sign(self, letter: str, alter: int, octave: int, *, is_continued: bool) -> tuple[str, bool] | None:
        """Return the name of the sign before a note and whether it is a courtesy; nothing where none is needed.

        A note tied to the one before needs none, and what was printed for it does not hold in this bar. A courtesy
        reminds that a sign of the bar before, or of another octave in this one, does not hold.
        """
        line = (letter, octave)
        if is_continued and line not in self._bar:
            return None
        in_key = self._key.get(letter, 0)
        holds = self._bar.get(line, in_key)
        misleads = self._before.pop(line, alter) != alter or any(
            other[0] == letter and held != alter for other, held in self._bar.items() if other != line
        )
        is_first = line not in self._bar
        self._bar[line] = alter
        if holds != alter:
            return _NAMES[alter], False
        return (_NAMES[alter], True) if misleads and is_first else None
