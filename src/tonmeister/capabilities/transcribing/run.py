"""The recipe: hear, analyse, make notes, follow the edits, finger, write down, tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tonmeister.capabilities.transcribing.arrange import Arrangement, Frame, arrange
from tonmeister.capabilities.transcribing.gliding import join_chordal, join_line
from tonmeister.capabilities.transcribing.harmony import imply, sections_of, tell_theory
from tonmeister.capabilities.transcribing.hearing import (
    HeardSong,
    hear_chords,
    hear_drums,
    hear_instrument,
    hear_voice,
    measure_chordal_share,
    measure_steady_share,
)
from tonmeister.capabilities.transcribing.params import (
    N_FOR_SETUPS,
    SetupFigures,
    TheoryFigures,
    TranscribeParams,
    TranscribeResult,
    WrittenFile,
)
from tonmeister.capabilities.transcribing.profiles import Profile, least_likely, load_profile
from tonmeister.capabilities.transcribing.tell import (
    name_tuning,
    tell_bars,
    tell_doubtful_bends,
    tell_doubts,
    tell_empty,
    tell_implied,
    tell_missed,
    tell_notes,
    tell_setups,
    tell_unbent,
    tell_unfingered,
    tell_unfollowed,
)
from tonmeister.capabilities.transcribing.transposing import transpose_song
from tonmeister.capabilities.transcribing.wishes import check_times, edits_of, neck_of, text_formats_of, tuning_of
from tonmeister.capabilities.transcribing.write import write_files
from tonmeister.core.errors import AudioSilentError, AudioTooLongError
from tonmeister.core.held import Held
from tonmeister.dsp.drums import SAMPLE_RATE as DRUM_RATE
from tonmeister.engines.note_judges import load_judge
from tonmeister.engines.note_network import choose_tuning_cents, load_posteriors
from tonmeister.engines.pitch_tracker import load_track
from tonmeister.media.polarity import are_opposite, stereo_blocks
from tonmeister.media.reader import BLOCK_SAMPLES, open_audio
from tonmeister.media.resample import resample_blocks
from tonmeister.media.tags import read_tags
from tonmeister.music.fingering_setups import find_setups, plain_necks
from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap
from tonmeister.music.retab import Retab
from tonmeister.music.spelling import key_fifths
from tonmeister.music.theory import parse_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

UNKNOWN_TEMPO_BPM = 120.0
N_SETUPS = 5
CHORDAL_SHARE = 0.25
STEADY_SHARE = 0.45
SHORTEST_TO_JUDGE_S = 3.0
SETUP_CAPOS = (0, 2, 3, 5, 7)
HEARING, ANALYSING, NOTING = "Listening for notes", "Finding beats, chords and sections", "Choosing the notes"
FINGERING, LAYING_OUT, WRITING = "Finding fingerings", "Laying out the score", "Writing the files"


def transcribe(params: TranscribeParams, ctx: Context) -> TranscribeResult:
    """Transcribe one song."""
    return _transcribe(params, ctx, Held())


def draft(params: TranscribeParams, ctx: Context, held: Held) -> TranscribeResult:
    """Transcribe one song as texts; what stays the same from one edit to the next is taken from ``held``."""
    return _transcribe(params.model_copy(update={"format": text_formats_of(params)}), ctx, held)


def _transcribe(params: TranscribeParams, ctx: Context, held: Held) -> TranscribeResult:
    name = ctx.label(params.file)
    profile = load_profile(params.instrument)
    fretboard = neck_of(params, profile)
    edits = edits_of(params.edits)
    ctx.progress(0.0, ANALYSING)
    counted = _analyze_params(params)
    higher = params.transpose_semitones
    analysis = held.take(
        "analysis", repr(counted), lambda: ctx.run("analyze", counted, tell=_tell(ctx, ANALYSING, 0.0, 0.75))
    )
    off_cents = choose_tuning_cents(analysis.tuning_cents, analysis.tuning_confidence)
    asked = {"file": params.file, **({"tuning_cents": off_cents} if off_cents else {})}
    ctx.progress(0.75, HEARING)
    heard_file = held.take("listen", off_cents, lambda: ctx.run("listen", asked, tell=_tell(ctx, HEARING, 0.75, 0.8)))
    if heard_file.peak_dbfs is None:
        raise AudioSilentError(
            f"{name} is silent: there is nothing to transcribe.",
            field="file",
            value=name,
            remedy="Choose a file with music in it.",
        )
    _check_length(heard_file.duration_s, name, ctx)
    check_times(params, heard_file.duration_s)
    song, theory = held.take("song", (repr(counted), higher), lambda: _harmony(analysis, higher))
    chordal_share = held.take(
        "share", off_cents, lambda: measure_chordal_share(load_posteriors(ctx.fetch(heard_file.posteriors)))
    )
    is_implied = chordal_share < CHORDAL_SHARE and any(each.label != "N" for each in song.chords)
    if theory is not None and is_implied:
        theory = imply(theory)
    ctx.progress(0.8, NOTING)
    lowest = profile.low_midi if fretboard is None else min(profile.low_midi, min(fretboard.tuning) + fretboard.capo)
    how = (params.instrument, params.voices, params.sensitivity_percent, lowest, off_cents)
    heard, engine, warnings = held.take(
        "notes", how, lambda: _hear(params, profile, lowest, heard_file, off_cents, chordal_share, ctx)
    )
    arranging = LAYING_OUT if fretboard is None else FINGERING

    def go_on() -> None:
        ctx.progress(0.85, arranging)

    go_on()
    tags = held.take("tags", params.file, lambda: read_tags(ctx.fetch(params.file)))
    frame, doubts = _frame(params, song, heard, name)
    frame = replace(
        frame,
        chords=() if is_implied else frame.chords,
        title=params.title or tags.first("TITLE") or Path(name).stem.replace("_", " "),
        artist=params.artist or tags.first("ARTIST") or "",
    )
    retab = None
    if fretboard is not None:
        style, difficulty = params.style, params.difficulty
        retab = held.take(
            "hand",
            (how, fretboard, style, difficulty, higher),
            lambda: Retab(
                heard.notes,
                fretboard,
                style=style,
                difficulty=difficulty,
                transpose_semitones=higher,
                go_on=go_on,
            ),
        )
    made = arrange(
        heard,
        frame,
        part_name=params.instrument.capitalize() if params.instrument != "any" else "Notes",
        program=profile.program,
        is_drums=params.instrument == "drums",
        n_staves=profile.n_staves,
        retab=retab,
        transpose_semitones=higher,
        smallest=params.smallest,
        triplets=params.triplets,
        edits=edits,
        go_on=go_on,
    )
    ctx.progress(0.9, WRITING)
    unfingered = tell_unfingered(made)
    files, refusals = write_files(
        made.score,
        params.format,
        ctx.folder if params.format else Path(),
        notation=params.notation,
        capo=params.capo,
        unfingered=unfingered,
        progress=lambda share: ctx.progress(0.9 + 0.09 * share, WRITING),
    )
    stem = Path(name).stem
    written = tuple(
        WrittenFile(format=each.format, file=ctx.publish(each.path, f"{stem}{each.ending}", near=params.file))
        for each in files
    )
    is_tuneless = song.tempo is None and song.key is None and heard_file.duration_s >= SHORTEST_TO_JUDGE_S
    is_beat_alone = song.tempo is not None and not song.tempo.is_told and song.key is None
    notes = tell_notes(made, is_tuneless=is_tuneless)
    result = TranscribeResult(
        name=name,
        instrument=params.instrument,
        engine=engine,
        duration_s=heard_file.duration_s,
        tempo_bpm=song.tempo.tempo_bpm if song.tempo else None,
        tempo_confidence=song.tempo.confidence if song.tempo else 0.0,
        key=song.key.name if song.key else None,
        key_confidence=song.key.confidence if song.key else 0.0,
        time_signature=f"{frame.metre.n_beats}/{frame.metre.unit}",
        swing_percent=made.quantised.swing_percent,
        tuning=name_tuning(fretboard, _spelling(params, profile)) if fretboard else None,
        capo=params.capo,
        transpose_semitones=higher,
        n_notes=len(notes),
        n_doubtful=sum(note.is_doubtful for note in notes),
        notes=notes,
        unfingered=unfingered,
        bars=tell_bars(made.score),
        setups=_setups(params, made, fretboard, profile, lambda: ctx.progress(0.99, WRITING)),
        theory=theory,
        files=written,
        warnings=(
            *song.warnings,
            *warnings,
            *doubts,
            *tell_doubts(made, params.instrument, is_tuneless=is_tuneless, is_beat_alone=is_beat_alone),
            *tell_missed(heard.missed_share, heard.notes, params.instrument, is_tuneless=is_tuneless),
            *(tell_implied(chordal_share, has_theory=theory is not None) if is_implied else ()),
            *tell_empty(made, written),
            *tell_setups(params, fretboard),
            *tell_unbent(made),
            *tell_doubtful_bends(notes),
            *tell_unfollowed(made, params.edits, fretboard),
            *refusals,
        ),
    )
    ctx.progress(1.0, "done")
    return result


def _tell(ctx: Context, stage: str, start: float, stop: float) -> Callable[[float, str], None]:
    """Return a progress function for a stretch of the work that is one stage, whatever its steps are called."""
    part = ctx.part(start, stop)
    return lambda fraction, _: part(fraction, stage)


def _spelling(params: TranscribeParams, profile: Profile) -> tuple[str, ...]:
    return tuning_of(params, profile.tuning).names if profile.tuning else ()


def _check_length(duration_s: float, name: str, ctx: Context) -> None:
    if duration_s > ctx.max_duration_s:
        raise AudioTooLongError(
            f"{name} is {duration_s:.0f} s long; here it may be {ctx.max_duration_s:.0f} s.",
            field="file",
            value=round(duration_s),
            bound=f"at most {ctx.max_duration_s:.0f} s",
            remedy="Begin a job for it, or choose a part of it.",
        )


def _harmony(analysis: Any, higher: int) -> tuple[Any, TheoryFigures | None]:
    """Return the analysis with its harmony ``higher`` by so many semitones, and what that harmony does."""
    song = transpose_song(analysis, higher)
    return song, tell_theory(song)


def _hear(
    params: TranscribeParams, profile: Profile, lowest: int, listened: Any, off_cents: int, share: float, ctx: Context
) -> tuple[HeardSong, Literal["polyphonic", "monophonic", "drums"], tuple[str, ...]]:
    """Return the notes, what heard them, and what does not fit.

    ``lowest`` is the lowest pitch listened for, ``share`` as `measure_chordal_share` returns it.
    """
    if params.instrument == "drums":
        return hear_drums(_drum_sound(ctx.fetch(params.file), ctx), params.sensitivity_percent), "drums", ()
    proposals = profile.proposals(params.sensitivity_percent, lowest)
    least = least_likely(params.sensitivity_percent)
    is_single = profile.is_single_voice if params.voices == "auto" else params.voices == "one"
    if is_single:
        followed = ctx.run("follow", {"file": params.file}, tell=_tell(ctx, NOTING, 0.8, 0.85))
        track, posteriors = load_track(ctx.fetch(followed.pitch)), load_posteriors(ctx.fetch(listened.posteriors))
        track = replace(track, pitch_hz=track.pitch_hz * 2 ** (-off_cents / 1200))
        warnings: tuple[str, ...] = ()
        if share > CHORDAL_SHARE:
            warnings = (
                f"Several notes sound at once in {100 * share:.0f} % of the time, but a single voice was asked for: "
                "what is written may jump between instruments. A separated stem gives better notes.",
            )
        if params.instrument == "voice":
            steady = measure_steady_share(track)
            if steady is not None and steady < STEADY_SHARE:
                warnings = (*warnings, _spoken(steady))
            return hear_voice(track, posteriors, params.sensitivity_percent), "monophonic", warnings
        line = hear_instrument(track, posteriors, proposals, load_judge("line"), least)
        if profile.tuning:
            line = join_line(line, track, load_posteriors(ctx.fetch(listened.posteriors), ctx.fetch(listened.contour)))
        return line, "monophonic", warnings
    posteriors = load_posteriors(ctx.fetch(listened.posteriors), ctx.fetch(listened.contour))
    chordal = hear_chords(posteriors, proposals, load_judge(profile.judge), least)
    # only what has strings to pull is bent
    return join_chordal(chordal, posteriors) if profile.tuning else chordal, "polyphonic", ()


def _spoken(steady: float) -> str:
    return (
        f"The voice glides as in speech: its pitch is held in {100 * steady:.0f} % of the time, in singing usually in "
        "more than half. The notes may be no melody."
    )


def _drum_sound(path: Path, ctx: Context) -> Iterator[Samples]:
    """Yield the sound in mono at the rate of the drum detector, block by block."""
    is_opposite = are_opposite(path, max_duration_s=ctx.max_duration_s)
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        n_expected, n_heard = reader.info.n_samples or reader.info.n_samples_guessed or 0, 0
        blocks = stereo_blocks(reader, BLOCK_SAMPLES, is_opposite=is_opposite)
        for block in resample_blocks(blocks, reader.info.sample_rate, DRUM_RATE):
            n_heard += block.shape[1]
            share = n_heard / DRUM_RATE * reader.info.sample_rate / n_expected if n_expected else 0.5
            ctx.progress(0.8 + 0.05 * min(1.0, share), NOTING)
            yield block.mean(axis=0, keepdims=True)


def _analyze_params(params: TranscribeParams) -> dict[str, Any]:
    given = params.model_dump(include={"file", "tempo_bpm", "first_beat_s", "metre", "tempo_factor"})
    # what is not asked for is left out, so that an analysis of the song by itself is this one
    return {name: value for name, value in given.items() if value not in (None, "same")}


def _frame(params: TranscribeParams, song: Any, heard: HeardSong, name: str) -> tuple[Frame, list[str]]:
    """Return what the notes are written into, and what is doubtful about it."""
    warnings: list[str] = []
    is_counted = song.tempo is None or len(song.beats_s) < 2
    if is_counted:
        start_s = params.first_beat_s if params.first_beat_s is not None else _first_onset_s(heard)
        step_s = 60.0 / (params.tempo_bpm or UNKNOWN_TEMPO_BPM)
        beats_s = (start_s, start_s + step_s)
        if heard.notes:
            warnings.append(f"No beat to count by: bars are counted at {60.0 / step_s:g} BPM from {start_s:.2f} s.")
        downbeat = 0
    else:
        beats_s, downbeat = song.beats_s, song.downbeats[0] if song.downbeats else 0
    if params.metre:
        metre = Metre(*(int(part) for part in params.metre.split("/")))
    else:
        metre = Metre(song.metre.numerator, song.metre.denominator) if song.metre else Metre()
    key = parse_key(song.key.name) if song.key else None
    n_fifths = key_fifths(key) if key else 0
    return (
        Frame(
            title=params.title or name,
            artist=params.artist or "",
            time_map=TimeMap(tuple(beats_s)),
            metre=metre,
            first_downbeat=downbeat,
            n_fifths=(n_fifths + 6) % 12 - 6 if abs(n_fifths) > 7 else n_fifths,
            is_minor=bool(key and key.mode == "minor"),
            tempo_bpm=song.tempo.tempo_bpm * float(metre.beat_quarters) if song.tempo else None,
            has_tempo=not is_counted or params.tempo_bpm is not None,
            chords=tuple((each.start_s, each.label) for each in song.chords),
            sections=tuple((each.start_s, each.heading) for each in sections_of(song)),
        ),
        warnings,
    )


def _first_onset_s(heard: HeardSong) -> float:
    return min((note.onset_s for note in heard.notes), default=0.0)


def _setups(
    params: TranscribeParams,
    made: Arrangement,
    fretboard: Fretboard | None,
    profile: Profile,
    go_on: Callable[[], None],
) -> tuple[SetupFigures, ...]:
    """Return the easiest ways to string up, if they were asked for."""
    if not params.suggest_setups or fretboard is None or profile.tuning is None:
        return ()
    tunings = [
        tuning
        for name, tuning in TUNINGS.items()
        if name.startswith(profile.tuning) and len(tuning) == fretboard.n_strings
    ]
    necks = plain_necks(fretboard, tunings, SETUP_CAPOS)
    found = find_setups(made.edited.notes, necks, style=params.style, max_notes=N_FOR_SETUPS, go_on=go_on)
    own = next(each for each in found if each.fretboard == fretboard)
    written = _spelling(params, profile)
    return tuple(
        SetupFigures(
            tuning=name_tuning(each.fretboard, written if each.fretboard.tuning == fretboard.tuning else ()),
            capo=each.fretboard.capo,
            cost_ratio=round(each.cost / own.cost, 3) if own.cost > 0 else 1.0,
            n_left_out=each.n_left_out,
        )
        for each in found[:N_SETUPS]
    )
