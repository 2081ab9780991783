"""The composing of a song."""

from __future__ import annotations

from tonmeister.music import groove as grooves
from tonmeister.music.players import bass, chords, drums, melodies
from tonmeister.music.sheet import BEATS_PER_BAR, TAIL_S, Dice, Sheet, plan
from tonmeister.music.song import STEMS, Beat, ChordSpan, Section, Song
from tonmeister.music.theory import KEY_NAMES, parse_key


def compose(seed: int = 1, *, tempo_bpm: float | None = None, key: str | None = None, duration_s: float = 60.0) -> Song:
    """Compose a song.

    Parameters
    ----------
    seed
        Chooses key, tempo, groove, progressions, instruments and melodies. The same seed gives the same song.
    tempo_bpm
        40 to 240; None lets the seed choose what suits the groove.
    key
        One of `KEY_NAMES`; None lets the seed choose.
    duration_s
        About how long, at least 15; the form is built of whole phrases, so it comes out as near as those allow.

    Returns
    -------
    Song
        Intro, verse, chorus, verse, chorus, outro.

    Raises
    ------
    ValueError
        If a parameter is out of its bounds.

    Examples
    --------
    >>> song = compose(1)
    >>> [section.name for section in song.sections]
    ['intro', 'verse', 'chorus', 'verse', 'chorus', 'outro']
    """
    if tempo_bpm is not None and not 40 <= tempo_bpm <= 240:
        raise ValueError(f"tempo_bpm must be 40 to 240, got {tempo_bpm}")
    if key is not None and key not in KEY_NAMES:
        raise ValueError(f"key must be one of {', '.join(KEY_NAMES)}, got {key!r}")
    if not duration_s >= 15:
        raise ValueError(f"duration_s must be at least 15, got {duration_s}")
    dice = Dice(seed, "song")
    groove = dice.choose(grooves.GROOVES)
    chosen_key = dice.choose(KEY_NAMES)
    low, high = int(groove.low_bpm), int(groove.high_bpm)
    chosen_tempo = low + dice.below(high - low + 1)
    sheet = Sheet(
        seed=seed,
        key=parse_key(key or chosen_key),
        tempo_bpm=float(tempo_bpm or chosen_tempo),
        groove=groove,
        plan=plan(seed, parse_key(key or chosen_key), float(tempo_bpm or chosen_tempo), duration_s),
    )
    notes = [*drums(sheet), *bass(sheet), *chords(sheet), *melodies(sheet)]
    return Song(
        seed=seed,
        tempo_bpm=sheet.tempo_bpm,
        metre="4/4",
        key=sheet.key,
        groove=groove.name,
        instruments={
            "drums": "drum kit",
            "bass": "electric bass",
            "chords": dice.choose(("guitar", "electric piano")),
            "lead": dice.choose(("reed", "vibraphone")),
            "voice": "tenor",
        },
        duration_s=round(sheet.time_s(sheet.n_beats, straight=True) + TAIL_S, 6),
        beats=tuple(
            Beat(sheet.time_s(beat, straight=True), beat // BEATS_PER_BAR + 1, beat % BEATS_PER_BAR + 1)
            for beat in range(sheet.n_beats)
        ),
        chords=tuple(
            ChordSpan(sheet.time_s(start, straight=True), sheet.time_s(stop, straight=True), chord.symbol)
            for start, stop, chord in sheet.harmony
        ),
        sections=tuple(
            Section(
                sheet.time_s(part.start, straight=True),
                sheet.time_s(part.start + part.length, straight=True),
                part.name,
            )
            for part in sheet.plan
        ),
        notes=tuple(sorted(notes, key=lambda note: (note.onset_s, STEMS.index(note.stem), note.midi))),
    )
