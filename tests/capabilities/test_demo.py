from __future__ import annotations

import json
from threading import Event
from typing import get_args

import numpy as np
import pytest
import soundfile as sf

from tonmeister import app
from tonmeister.capabilities.demo.params import KeyName
from tonmeister.capabilities.demo.render import PEAK_DBFS, mix_of, render
from tonmeister.core.errors import CancelledError, ChoiceUnknownError, ParameterError
from tonmeister.dsp.meter import Meter
from tonmeister.jobs.runner import Runner
from tonmeister.music.compose import compose
from tonmeister.music.song import STEMS
from tonmeister.music.theory import KEY_NAMES, midi_to_hz, parse_chord
from tonmeister.settings import Settings

RATE = 44100
# Between them these seeds hold guitar and electric piano, reed and vibraphone, and three grooves.
SEEDS = (2, 3, 5)


@pytest.fixture(scope="module", params=SEEDS)
def played(request):
    """A short song and its stems."""
    song = compose(request.param, duration_s=15)
    return song, render(song, RATE)


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """Runs the capability in an empty folder."""
    monkeypatch.chdir(tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    runner = Runner(Settings(temporary_folder=scratch), app.capability)

    def run(cancel=None, on_progress=None, **params):
        return runner.run_here(app.capability("demo"), params, cancel=cancel, on_progress=on_progress)

    return run


def read_24_bit(path):
    samples, rate = sf.read(path, dtype="int32", always_2d=True)
    assert rate == RATE
    assert sf.info(path).subtype == "PCM_24"
    return samples.T >> 8


def firsts(notes, apart_s=0.035):
    """Onsets that are not a later note of the same stroke."""
    onsets_s = sorted({note.onset_s for note in notes})
    return [t for i, t in enumerate(onsets_s) if i == 0 or t - onsets_s[i - 1] > apart_s]


def flux(mono, onset_s, window=441):
    """Rise of the spectrum over 5 ms, in steps of 1 ms, for windows that end -20 to +35 ms from the onset."""
    ends = round(onset_s * RATE) + 44 * np.arange(-25, 36)
    frames = np.stack([mono[end - window : end] for end in ends]) * np.hanning(window)
    magnitude = np.sqrt(np.abs(np.fft.rfft(frames, 4096)))
    return np.maximum(magnitude[5:] - magnitude[:-5], 0).sum(axis=1)


# A window must hold a period of the lowest note, or each period is a rise of its own.
WINDOWS = {"drums": 441, "bass": 1102, "lead": 441, "voice": 441}


@pytest.mark.parametrize("stem", WINDOWS)
def test_sound_rises_where_the_truth_says(played, stem):
    song, stems = played
    mono = stems[stem].mean(axis=0)
    for onset_s in firsts(song.part(stem)):
        # The rise from t - 5 ms to t belongs to its middle, and a window to its own.
        late_ms = np.argmax(flux(mono, onset_s, WINDOWS[stem])) - 20 - 2.5 - WINDOWS[stem] / 88.2
        assert abs(late_ms) <= 10


def test_every_stroke_of_the_chords_is_heard(played):
    song, stems = played
    mono = stems["chords"].mean(axis=0)
    ratios = []
    for onset_s in firsts(song.part("chords")):
        rise = flux(mono, onset_s)
        ratios.append(rise[20:35].max() / (np.median(rise[:15]) + 1e-6))
    # The room's echo of the stroke before may hide a soft one from so plain an ear.
    assert np.mean(np.array(ratios) > 1.5) > 0.95


def test_lines_have_the_pitches_of_the_truth(played):
    """Over each longer note the strongest line near the written pitch is the written pitch, within 35 cents."""
    song, stems = played
    for stem in ("bass", "lead", "voice"):
        mono = stems[stem].mean(axis=0)
        for note in song.part(stem):
            start, stop = round((note.onset_s + 0.06) * RATE), round(note.offset_s * RATE)
            if stop - start < RATE // 5:
                continue
            f0_hz = midi_to_hz(note.midi)
            piece = mono[start:stop] * np.hanning(stop - start)
            f = np.fft.rfftfreq(1 << 17, 1 / RATE)
            near = abs(np.log2(f + 1e-9) - np.log2(f0_hz)) < 0.8 / 12
            found_hz = f[near][np.argmax(np.abs(np.fft.rfft(piece, 1 << 17))[near])]
            assert abs(1200 * np.log2(found_hz / f0_hz)) < 35, (stem, note)


def test_the_chords_are_those_of_the_truth(played):
    song, stems = played
    mono = stems["chords"].mean(axis=0)
    for span in song.chords:
        piece = mono[round((span.onset_s + 0.1) * RATE) : round(span.offset_s * RATE)]
        n = 1 << 17
        power = np.abs(np.fft.rfft(piece * np.hanning(piece.size), n)) ** 2
        f = np.fft.rfftfreq(n, 1 / RATE)
        heard = (f > 140) & (f < 1200)
        chroma = np.bincount(np.round(69 + 12 * np.log2(f[heard] / 440)).astype(int) % 12, power[heard], 12)
        tones = list(parse_chord(span.symbol).pitch_classes)
        assert chroma[tones].sum() > 0.7 * chroma.sum(), span


@pytest.mark.parametrize("stem", ["bass", "lead", "voice"])
def test_notes_end_without_a_click(played, stem):
    """Where a note is let go and where its release has ended, the sound bends no more sharply than before."""
    song, stems = played
    bend = np.abs(np.diff(stems[stem].mean(axis=0), 2))
    release_s = {"electric bass": 0.045, "reed": 0.04, "vibraphone": 0.2, "tenor": 0.04}[song.instruments[stem]]
    spans_s = np.array([(note.onset_s, note.offset_s) for note in song.part(stem)])
    n_checked = 0
    for note in song.part(stem):
        held = bend[round(note.onset_s * RATE) : round(note.offset_s * RATE)].max()
        for stop_s in (note.offset_s, note.offset_s + release_s):
            if ((spans_s[:, 0] > stop_s + 0.002) | (spans_s[:, 1] <= note.offset_s)).all():
                edge = round(stop_s * RATE)
                # Reflections of what was held arrive late: a twentieth is theirs.
                assert bend[edge - 44 : edge + 44].max(initial=0.0) <= 1.05 * held
                n_checked += 1
    assert n_checked > 10


def test_the_mix_is_an_unmastered_mix(played):
    _, stems = played
    mix = mix_of(stems)
    assert mix.dtype == np.float32
    assert mix.shape[0] == 2
    assert 20 * np.log10(np.abs(mix).max()) == pytest.approx(PEAK_DBFS, abs=0.01)
    meter = Meter(RATE, 2)
    meter.push(mix)
    assert -22.5 <= meter.finish().integrated_lufs <= -17.5
    assert 0.3 <= np.corrcoef(mix)[0, 1] <= 0.9
    mono_loss_db = 10 * np.log10(np.mean(mix**2) / np.mean(mix.mean(axis=0) ** 2))
    assert mono_loss_db < 1.5
    # Boomy and dull: the octaves around 100 Hz carry far more than those above 4 kHz, which are there all the same.
    f = np.fft.rfftfreq(mix.shape[1], 1 / RATE)
    power = np.abs(np.fft.rfft(mix)).sum(axis=0) ** 2
    low, high = (power[(f >= lo) & (f < hi)].sum() for lo, hi in ((60, 250), (4000, 16000)))
    assert 10 < 10 * np.log10(low / high) < 40
    assert np.abs(mix.mean(axis=1)).max() < 3e-4


def test_the_song_begins_and_ends_in_silence(played):
    _, stems = played
    for sound in stems.values():
        assert not sound[:, : RATE // 5].any()
        assert not sound[:, -1].any()
        assert np.abs(sound[:, -RATE // 100 :]).max() < 1e-3


def test_every_player_is_heard(played):
    _, stems = played
    assert tuple(stems) == STEMS
    for sound in stems.values():
        assert -45 < 10 * np.log10(np.mean(sound**2)) < -20


def test_the_same_song_sounds_the_same_bit_by_bit():
    song = compose(4, duration_s=15)
    first, second = render(song, RATE), render(song, RATE)
    assert all(np.array_equal(first[stem], second[stem]) for stem in STEMS)


def test_other_seeds_sound_different():
    first, second = (mix_of(render(compose(seed, duration_s=15, tempo_bpm=120), RATE)) for seed in (10, 11))
    assert first.shape != second.shape or not np.array_equal(first, second)


@pytest.mark.parametrize("rate", [48000, 22050])
def test_other_rates_play_the_same_song(played, rate):
    song, stems = played
    other = render(song, rate)
    level_db = [10 * np.log10(np.mean(sound**2)) for sound in (mix_of(stems), mix_of(other))]
    assert level_db[0] == pytest.approx(level_db[1], abs=1.5)


def test_progress_rises_and_may_stop_the_playing():
    song, told = compose(1, duration_s=15), []
    render(song, RATE, told.append)
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1

    def stop(fraction):
        raise CancelledError("stop")

    with pytest.raises(CancelledError):
        render(song, RATE, stop)


def test_the_choices_of_keys_are_those_of_music():
    assert get_args(KeyName) == KEY_NAMES


def test_the_files_hold_what_the_result_says(demo, tmp_path):
    result = demo(seed=5, duration_s=15, stems=True)
    mix = read_24_bit(result.mix)
    stems = {stem: read_24_bit(path) for stem, path in result.stems.items()}
    assert tuple(stems) == STEMS
    assert np.array_equal(mix, sum(stems.values()))
    assert mix.shape[1] / RATE == result.duration_s
    assert 20 * np.log10(np.abs(mix).max() / 2**23) == pytest.approx(PEAK_DBFS, abs=0.01)

    with open(result.truth, encoding="utf-8") as file:
        truth = json.load(file)
    song = compose(5, duration_s=15)
    assert truth["n_samples"] == mix.shape[1]
    assert (truth["tempo_bpm"], truth["key"], truth["metre"]) == (song.tempo_bpm, song.key.name, "4/4")
    assert len(truth["notes"]) == len(song.notes) == result.n_notes
    assert truth["notes"][0] == {
        "stem": song.notes[0].stem,
        "onset_s": song.notes[0].onset_s,
        "offset_s": song.notes[0].offset_s,
        "midi": song.notes[0].midi,
        "velocity": song.notes[0].velocity,
    }
    assert {note["vowel"] for note in truth["notes"] if note["stem"] == "voice"} <= set("aeiou")
    assert truth["downbeats_s"] == [beat["time_s"] for beat in truth["beats"] if beat["beat"] == 1]
    assert [chord["symbol"] for chord in truth["chords"]] == [chord.symbol for chord in result.chords]
    assert sorted(path.name for path in tmp_path.glob("demo-song-5*")) == [
        *sorted([*(f"demo-song-5-{stem}.wav" for stem in STEMS), "demo-song-5-truth.json"]),
        "demo-song-5.wav",
    ]


def test_running_again_gives_the_same_mix_with_or_without_stems(demo):
    first, second = demo(seed=2, duration_s=15), demo(seed=2, duration_s=15, stems=True)
    assert np.array_equal(read_24_bit(first.mix), read_24_bit(second.mix))
    assert first.stems == {}


def test_parameters_reach_the_song(demo):
    result = demo(seed=1, tempo_bpm=150, key="E minor", duration_s=15)
    assert (result.tempo_bpm, result.key) == (150, "E minor")
    assert result.chords[-1].symbol == "E:min"
    digest = result.digest()
    assert "E minor" in digest.rows[0]
    assert len(digest.columns) == len(digest.rows[0])
    assert any(result.mix in sentence for sentence in digest.sentences)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"tempo_bpm": 10}, ParameterError), ({"key": "H minor"}, ChoiceUnknownError), ({"seed": -1}, ParameterError)],
)
def test_wrong_parameters_are_named(demo, wrong, error):
    with pytest.raises(error, match=next(iter(wrong))):
        demo(**wrong)


def test_cancelling_leaves_nothing(demo, tmp_path):
    cancel = Event()

    def watch(fraction, stage):
        if fraction > 0.5:
            cancel.set()

    with pytest.raises(CancelledError):
        demo(seed=1, duration_s=15, cancel=cancel, on_progress=watch)
    assert [path.name for path in tmp_path.iterdir()] == ["scratch"]
    assert not list((tmp_path / "scratch").iterdir())
