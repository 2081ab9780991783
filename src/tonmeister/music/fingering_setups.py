"""Which tuning and capo make a song easiest to finger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import ne

from tonmeister.music.fingering import LeftHand
from tonmeister.music.fingering_styles import STYLES, Style
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.tab import PlayedNote


@dataclass(frozen=True)
class Setup:
    """A way to string up for a song: what it costs, per chord, and how many notes it leaves out."""

    fretboard: Fretboard
    cost: float
    n_left_out: int


def plain_necks(own: Fretboard, tunings: Sequence[tuple[int, ...]], capos: Sequence[int]) -> tuple[Fretboard, ...]:
    """Return the necks that are worth comparing: of those whose strings sound alike, the plainest, or ``own``.

    Parameters
    ----------
    own
        The neck as it is strung now; it is among them, and the others have as many frets.
    tunings
        Tunings of as many strings, the standard one first.
    capos
        Frets for a capo.

    Returns
    -------
    tuple of Fretboard
        ``own`` first. Plain is the standard tuning before others, then few changed strings, then a low capo, which may
        be none of ``capos``: half a step down with capo 5 sounds as the standard tuning with capo 4.

    Examples
    --------
    >>> necks = plain_necks(Fretboard(), [(40, 45, 50, 55, 59, 64), (39, 44, 49, 54, 58, 63)], [0, 5])
    >>> [(neck.tuning[0], neck.capo) for neck in necks]
    [(40, 0), (40, 5), (39, 0), (40, 4)]
    """

    def sounding(tuning: tuple[int, ...], capo: int) -> tuple[int, ...]:
        return tuple(string + capo for string in tuning)

    def plainness(neck: tuple[tuple[int, ...], int]) -> tuple[int, int]:
        return sum(map(ne, neck[0], tunings[0])), neck[1]

    wanted = dict.fromkeys(sounding(tuning, capo) for tuning in tunings for capo in capos if capo < own.n_frets)
    necks = {sounding(own.tuning, own.capo): own}
    for strings in wanted:
        alike = [
            (tuning, strings[0] - tuning[0])
            for tuning in tunings
            if 0 <= strings[0] - tuning[0] < own.n_frets and sounding(tuning, strings[0] - tuning[0]) == strings
        ]
        tuning, capo = min(alike, key=plainness)
        necks.setdefault(strings, Fretboard(tuning, own.n_frets, capo))
    return tuple(necks.values())


def find_setups(
    notes: Sequence[PlayedNote],
    fretboards: Sequence[Fretboard],
    *,
    style: str | Style = "any",
    difficulty: str = "full",
    max_notes: int = 600,
    go_on: Callable[[], None] | None = None,
) -> tuple[Setup, ...]:
    """Compare necks (tunings, capos) for a song, the easiest first.

    Parameters
    ----------
    notes
        The song; of a long one ``max_notes`` from its beginning are looked at.
    fretboards
        The necks to compare; at least one.
    style
        As for `LeftHand`, but "any" is the same for all necks.
    go_on
        Called again and again; the work ends with what it raises.

    Returns
    -------
    tuple of Setup
        In order of notes left out, then of cost.

    Raises
    ------
    ValueError
        If there are no necks.

    Examples
    --------
    >>> barred = [PlayedNote(t / 2, t / 2 + 0.5, midi) for t in range(8) for midi in (41, 48, 53, 57, 60, 65)]
    >>> necks = [Fretboard(capo=capo) for capo in (0, 1)]
    >>> find_setups(barred, necks)[0].fretboard.capo
    1
    """
    if not fretboards:
        raise ValueError("fretboards must hold at least one neck")
    start = sorted(notes, key=lambda note: note.onset_s)[:max_notes]
    style = STYLES["any"] if style == "any" else style  # the same prices for all, so that costs compare
    setups = []
    for fretboard in fretboards:
        hand = LeftHand(start, fretboard, style=style, difficulty=difficulty, go_on=go_on)
        fingering = hand.solve(go_on=go_on)
        n_chords = max(1, hand.n_chords)
        setups.append(Setup(fretboard, fingering.cost / n_chords, len(fingering.left_out)))
    return tuple(sorted(setups, key=lambda setup: (setup.n_left_out, setup.cost)))
