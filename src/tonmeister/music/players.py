"""Five players and what they make of a sheet: drums, bass, chords, and the melodies of lead and voice."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from tonmeister.music import groove as grooves
from tonmeister.music.groove import Rhythm
from tonmeister.music.sheet import BEATS_PER_BAR, Dice, Part, Sheet
from tonmeister.music.song import VOWELS, Note
from tonmeister.music.theory import Chord, lead_voices, melody_scale, nearest_pitch, pitch_class

# Consonant or tongue part two notes of a melody.
_BREATH_S = 0.03


def drums(sheet: Sheet) -> list[Note]:
    """Play the groove on the kit, with a fill before each new section and a crash where it begins.

    Parameters
    ----------
    sheet
        Key, tempo, groove, form and harmony.

    Returns
    -------
    list of Note
        In no promised order.
    """
    dice = Dice(sheet.seed, "drums")
    notes: list[Note] = []

    def hit(beat: float, midi: int, velocity: float, length: float = 0.2) -> None:
        tight = midi == grooves.KICK
        notes.append(sheet.note("drums", dice, beat, length, midi, velocity, 0.0, 3.0 if tight else 6.0))

    for part in sheet.plan:
        for bar in sheet.bars(part):
            if bar == sheet.last_bar:
                hit(bar, grooves.KICK, 112)
                hit(bar, grooves.CRASH, 100, 3.5)
                continue
            before_change = bar + BEATS_PER_BAR == part.start + part.length
            if part.name == "intro":
                _hats(sheet, dice, hit, bar, open_ones=())
                if before_change:
                    _fill(dice, hit, bar)
                continue
            if bar == part.start:
                hit(bar, grooves.CRASH, 104 if part.is_chorus else 84, 3.0)
            kicks = sheet.groove.kick_chorus if part.is_chorus else sheet.groove.kick
            for beat in kicks:
                hit(bar + beat, grooves.KICK, 112 if beat == 0 else 98)
            _hats(sheet, dice, hit, bar, open_ones=sheet.groove.open_hat if part.is_chorus else ())
            last = 3.0 if before_change else 4.0
            for beat in sheet.groove.snare:
                if beat < last:
                    hit(bar + beat, grooves.SNARE, 108 if part.is_chorus else 98)
            for beat in sheet.groove.ghosts:
                if beat < last and dice.chance(0.8):
                    hit(bar + beat, grooves.SNARE, 38, 0.1)
            if before_change:
                _fill(dice, hit, bar)
    return notes


def _hats(sheet: Sheet, dice: Dice, hit: Callable[..., None], bar: int, *, open_ones: tuple[float, ...]) -> None:
    pattern = sheet.groove.hat_chorus if open_ones else sheet.groove.hat
    for beat in pattern:
        accent = 18 if beat % 1 == 0 else 8 if beat % 0.5 == 0 else 0
        if beat in open_ones:
            hit(bar + beat, grooves.OPEN_HAT, 72 + dice.spread(4), 0.45)
        else:
            hit(bar + beat, grooves.CLOSED_HAT, 54 + accent, 0.1)


def _fill(dice: Dice, hit: Callable[..., None], bar: int) -> None:
    fill = dice.choose(
        (
            (grooves.SNARE, grooves.SNARE, grooves.HIGH_TOM, grooves.LOW_TOM),
            (grooves.HIGH_TOM, grooves.MIDDLE_TOM, grooves.MIDDLE_TOM, grooves.LOW_TOM),
            (grooves.SNARE, grooves.HIGH_TOM, grooves.MIDDLE_TOM, grooves.LOW_TOM),
        )
    )
    for index, drum in enumerate(fill):
        hit(bar + 3 + index / 4, drum, 84 + 7 * index, 0.25)


def bass(sheet: Sheet) -> list[Note]:
    """Play the roots in the groove's pattern and walk to the next one; one note at a time.

    Parameters
    ----------
    sheet
        Key, tempo, groove, form and harmony.

    Returns
    -------
    list of Note
        In no promised order.
    """
    dice = Dice(sheet.seed, "bass")
    notes: list[Note] = []
    for part in sheet.plan:
        if part.name == "intro":
            continue
        pattern = sheet.groove.bass_chorus if part.is_chorus else sheet.groove.bass
        for start, stop, chord in part.harmony:
            if start == sheet.last_bar:
                notes.append(sheet.note("bass", dice, start, 3.8, _root(chord), 100, late_ms=4.0))
                continue
            for index, (beat, length, tone) in enumerate(_bass_rhythm(pattern, start, stop)):
                # Whatever the pattern has there, the first note under a chord tells which chord it is.
                named = "r" if index == 0 else tone
                midi = _bass_tone(sheet, chord, named, stop if beat >= stop - 1 else None)
                velocity = 100 if beat == start else 92
                notes.append(sheet.note("bass", dice, beat, length, midi, velocity, late_ms=4.0, loose_ms=6.0))
    return _monophonic(notes)


def _bass_rhythm(
    pattern: tuple[tuple[float, float, str], ...], start: float, stop: float
) -> list[tuple[float, float, str]]:
    """Lay a bar's pattern under a chord; where it leaves the chord's first beat empty, a note is put there."""
    bars = range(int(start // BEATS_PER_BAR) * BEATS_PER_BAR, int(stop) + BEATS_PER_BAR, BEATS_PER_BAR)
    found = [(bar + beat, length, tone) for bar in bars for beat, length, tone in pattern if start <= bar + beat < stop]
    first = found[0][0] if found else stop
    if first >= start + 1:
        found.insert(0, (start, first - start, "r"))
    return [(beat, min(length, stop - beat), tone) for beat, length, tone in found]


def _root(chord: Chord) -> int:
    return nearest_pitch(34, {chord.bass}, 28, 40)


def _bass_tone(sheet: Sheet, chord: Chord, tone: str, change: float | None) -> int:
    root = _root(chord)
    if tone == "8":
        return root + 12
    if tone == "5":
        fifth = next(((chord.root + i) % 12 for i in chord.intervals if i in (6, 7, 8)), chord.bass)
        return nearest_pitch(root + 5, {fifth}, 28, 46)
    if tone == "a" and change is not None and change < sheet.n_beats:
        target = _root(sheet.chord_at(change)[2])
        if target != root:
            step = -1 if target > root else 1
            return nearest_pitch(target + 1.5 * step, set(melody_scale(sheet.key, chord)) - {target % 12}, 28, 46)
    return root


def chords(sheet: Sheet) -> list[Note]:
    """Play the harmony in four voices that move as little as they can, rolled or struck.

    Parameters
    ----------
    sheet
        Key, tempo, groove, form and harmony.

    Returns
    -------
    list of Note
        In no promised order.
    """
    dice = Dice(sheet.seed, "chords")
    notes: list[Note] = []
    voices: tuple[int, ...] = ()
    rolling = dice.chance(0.5)
    for part in sheet.plan:
        pattern = sheet.groove.comp_chorus if part.is_chorus else sheet.groove.comp
        for start, stop, chord in part.harmony:
            voices = lead_voices(chord, voices, low=52, high=74)
            if start == sheet.last_bar:
                notes += _strum(sheet, dice, start, 3.9, voices, 84, 28.0)
            elif part.name in ("verse", "intro") and rolling:
                notes += _arpeggio(sheet, dice, start, stop, voices)
            else:
                for beat, length in _within(pattern, start, stop):
                    accent = 10 if beat == start else 0
                    notes += _strum(
                        sheet,
                        dice,
                        beat,
                        length,
                        voices,
                        (78 if part.is_chorus else 68) + accent,
                        dice.choose((6.0, 9.0)),
                    )
    return notes


def _within(pattern: Rhythm, start: float, stop: float) -> list[tuple[float, float]]:
    """Lay a rhythm of a bar over a chord; the chord always sounds from its start, and never beyond its end."""
    bars = range(int(start // BEATS_PER_BAR) * BEATS_PER_BAR, int(stop) + BEATS_PER_BAR, BEATS_PER_BAR)
    found = [(bar + beat, length) for bar in bars for beat, length in pattern if start <= bar + beat < stop]
    if not found or found[0][0] != start:
        found.insert(0, (start, (found[0][0] if found else stop) - start))
    return [(beat, min(length, stop - beat - 0.05)) for beat, length in found]


def _strum(
    sheet: Sheet, dice: Dice, beat: float, length: float, voices: tuple[int, ...], velocity: float, spread_ms: float
) -> list[Note]:
    """Strike the voices from the lowest up, one shortly after the other."""
    return [
        sheet.note("chords", dice, beat, length, midi, velocity, late_ms=index * spread_ms, loose_ms=2.5)
        for index, midi in enumerate(voices)
    ]


def _arpeggio(sheet: Sheet, dice: Dice, start: float, stop: float, voices: tuple[int, ...]) -> list[Note]:
    order = (0, 2, 1, 3, 2, 1, 3, 2)
    return [
        sheet.note(
            "chords",
            dice,
            start + index / 2,
            min(1.5, stop - start - index / 2),
            voices[order[index % 8]],
            76 if index == 0 else 64,
            loose_ms=5.0,
        )
        for index in range(int((stop - start) * 2))
    ]


def melodies(sheet: Sheet) -> list[Note]:
    """Sing verse and chorus, and play the hook, the answers and the chorus' high line on the lead.

    Parameters
    ----------
    sheet
        Key, tempo, groove, form and harmony.

    Returns
    -------
    list of Note
        In no promised order.
    """
    dice = Dice(sheet.seed, "melody")
    tonic = pitch_class(sheet.key.tonic)
    verse = _Tune(dice, grooves.VERSE_MOTIFS, (0, 1, 0, -1), nearest_pitch(57, {tonic, (tonic + 7) % 12}, 53, 61))
    chorus = _Tune(dice, grooves.CHORUS_MOTIFS, (1, 2, 1, 0), nearest_pitch(63, {tonic, (tonic + 7) % 12}, 60, 66))
    hook = _Tune(dice, grooves.HOOK_MOTIFS, (1, 0, 2, 0), nearest_pitch(75, {tonic}, 70, 81))
    voice_play, lead_play = Dice(sheet.seed, "voice"), Dice(sheet.seed, "lead")
    voice: list[Note] = []
    lead: list[Note] = []
    for part in sheet.plan:
        if part.name in ("intro", "outro"):
            line = hook.sing(sheet, part, 67, 86)
            lead += [sheet.note("lead", lead_play, b, n, m, 84, loose_ms=6.0) for b, n, m in line]
            continue
        tune = chorus if part.is_chorus else verse
        for index, (beat, length, midi) in enumerate(tune.sing(sheet, part, 48, 69)):
            velocity = (94 if part.is_chorus else 82) + (6 if beat % 2 == 0 else 0)
            vowel = tune.vowels[index % len(tune.vowels)]
            voice.append(sheet.note("voice", voice_play, beat, length, midi, velocity, 6.0, 10.0, vowel))
        lead += _answers(sheet, lead_play, part, hook)
    return [*_monophonic(voice, _BREATH_S), *_monophonic(lead, _BREATH_S)]


def _answers(sheet: Sheet, dice: Dice, part: Part, hook: _Tune) -> list[Note]:
    """Hold a high tone over each chord of a chorus; answer the voice where a verse's phrase ends."""
    notes: list[Note] = []
    previous = 74.0
    if part.is_chorus:
        for start, stop, chord in part.harmony:
            thirds = {(chord.root + interval) % 12 for interval in chord.intervals if interval % 12 != 0}
            midi = nearest_pitch(0.7 * previous + 0.3 * 75, thirds, 69, 82)
            notes.append(sheet.note("lead", dice, start, (stop - start) * 0.92, midi, 66, loose_ms=8.0))
            previous = midi
        return notes
    for end in range(part.start + part.phrase, part.start + part.length + 1, part.phrase):
        chord = sheet.chord_at(end - 1.5)[2]
        scale = melody_scale(sheet.key, chord)
        top = nearest_pitch(hook.centre, chord.pitch_classes, 67, 86)
        for index, beat in enumerate((end - 1.5, end - 1.0, end - 0.5)):
            midi = top if index == 0 else nearest_pitch(previous - 1.6, scale - {int(previous) % 12}, 62, 86)
            notes.append(sheet.note("lead", dice, beat, 0.45, midi, 72 - 4 * index, loose_ms=6.0))
            previous = midi
    return notes


class _Tune:
    """A melody for one kind of section: a motif, sung again and again as the chords move on, and a cadence."""

    def __init__(self, dice: Dice, motifs: Sequence[Rhythm], arc: tuple[int, ...], centre: int) -> None:
        self.centre = centre
        self.arc = arc
        self.motif = dice.choose(motifs)
        self.cadence = dice.choose(grooves.CADENCES)
        self.steps = self._contour(dice, len(self.motif))
        self.ending = self._contour(dice, len(self.cadence))
        self.vowels = [dice.choose(VOWELS) for _ in range(2 * len(self.motif) + 1)]

    @staticmethod
    def _contour(dice: Dice, n_notes: int) -> list[int]:
        """Walk by steps, now and then by a leap, and turn back before it strays."""
        steps, place = [0], 0
        for _ in range(n_notes - 1):
            move = dice.choose((-1, -1, 1, 1, 2, -2, 0))
            if abs(place + move) > 3:
                move = -move
            place += move
            steps.append(place)
        return steps

    def sing(self, sheet: Sheet, part: Part, low: int, high: int) -> list[tuple[float, float, int]]:
        """Return start, length (both in beats) and pitch of each note over a section."""
        line: list[tuple[float, float, int]] = []
        bars_per_phrase = part.phrase // BEATS_PER_BAR
        for number, bar in enumerate(sheet.bars(part)):
            in_phrase = number % bars_per_phrase
            closing = in_phrase == bars_per_phrase - 1
            last_of_all = bar == sheet.last_bar
            rhythm, steps = (self.cadence, self.ending) if closing else (self.motif, self.steps)
            if last_of_all:
                rhythm, steps = ((0.0, 3.5),), [0]
            # In short phrases the arc has its rise and its close, and nothing between.
            lift = self.arc[in_phrase if bars_per_phrase == 4 else (0, 3)[in_phrase]]
            for index, (beat, length) in enumerate(rhythm):
                chord = sheet.chord_at(bar + beat)[2]
                scale = melody_scale(sheet.key, chord)
                strong = index == 0 or length >= 1 or beat % 2 == 0
                wanted = self.centre + 1.75 * (lift + steps[index])
                choices = chord.pitch_classes if strong else scale
                if last_of_all:
                    choices = frozenset({pitch_class(sheet.key.tonic)})
                line.append((bar + beat, length, nearest_pitch(wanted, choices, low, high)))
        return line


def _monophonic(notes: list[Note], gap_s: float = 0.0) -> list[Note]:
    """End each note at the latest where the next begins, or that much before."""
    ordered = sorted(notes, key=lambda note: note.onset_s)
    ended = [
        Note(
            stem=note.stem,
            onset_s=note.onset_s,
            offset_s=min(note.offset_s, round(after.onset_s - gap_s, 6)),
            midi=note.midi,
            velocity=note.velocity,
            vowel=note.vowel,
        )
        for note, after in itertools.pairwise(ordered)
    ]
    return [*ended, *ordered[-1:]]
