from __future__ import annotations

import numpy as np
import pytest

from tonmeister.core.errors import ModelMissingError
from tonmeister.engines.chord_network import FRAME_S, MODEL, hear_chords, load_weights, measure_features, run_network
from tonmeister.engines.models import find_model
from tonmeister.music.chords import CHORD_CLASSES

RATE = 22050


@pytest.fixture(scope="module")
def weights():
    try:
        return load_weights(find_model(MODEL))
    except ModelMissingError:
        pytest.skip("the chord network's weights were not fetched")


def chord(*midis, sample_rate=RATE, seconds=3.0):
    """Tones with eight falling harmonics each."""
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    sound = np.zeros_like(times)
    for midi in midis:
        hz = 440 * 2 ** ((midi - 69) / 12)
        for harmonic in range(1, 9):
            sound += np.sin(2 * np.pi * harmonic * hz * times) / harmonic**1.5
    return (0.1 * sound).astype(np.float32)[None]


@pytest.mark.parametrize(
    ("midis", "label"),
    [
        ((48, 60, 64, 67), "C:maj"),
        ((45, 57, 60, 64), "A:min"),
        ((43, 55, 59, 62, 65), "G:7"),
        ((50, 57, 62, 66), "D:maj"),
    ],
)
def test_plain_chords_are_heard(weights, midis, label):
    heard = hear_chords(chord(*midis), RATE, weights)
    assert CHORD_CLASSES[int(heard.classes.mean(axis=0).argmax())] == label
    assert int(heard.root.mean(axis=0).argmax()) == midis[0] % 12
    assert heard.frame_s == FRAME_S


def test_probabilities_are_probabilities(weights):
    heard = hear_chords(chord(48, 52, 55, seconds=1), RATE, weights)
    n_frames = 1 + RATE // 2048
    assert (heard.classes.shape, heard.pitch.shape) == ((n_frames, 170), (n_frames, 12))
    for rows in (heard.classes, heard.root, heard.bass):
        assert rows.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_both_rates_and_any_channels_hear_the_same(weights):
    low = hear_chords(chord(48, 52, 55), RATE, weights)
    high = hear_chords(np.repeat(chord(48, 52, 55, sample_rate=2 * RATE), 2, axis=0), 2 * RATE, weights)
    assert np.abs(low.classes - high.classes[: len(low.classes)]).max() < 0.02


def test_level_does_not_matter(weights):
    loud, soft = (hear_chords(gain * chord(45, 52, 57), RATE, weights).classes for gain in (1.0, 0.05))
    assert np.abs(loud - soft).max() < 1e-3


def test_silence_is_no_chord(weights):
    heard = hear_chords(np.zeros((2, RATE), np.float32), RATE, weights)
    assert set(heard.classes.argmax(axis=1)) == {CHORD_CLASSES.index("N")}
    assert set(heard.root.argmax(axis=1)) == {12}


def test_what_it_cannot_hear_is_refused(weights):
    with pytest.raises(ValueError, match="sample_rate"):
        hear_chords(np.zeros((1, 100), np.float32), 48000, weights)
    with pytest.raises(ValueError, match="shape"):
        hear_chords(np.zeros((1, 0), np.float32), RATE, weights)
    with pytest.raises(ValueError, match="finite"):
        hear_chords(np.full((1, 100), np.nan, np.float32), RATE, weights)


def test_progress_rises_and_can_end_the_work(weights):
    shares = []
    hear_chords(chord(48, 52, 55), RATE, weights, report=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] > 0.7

    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        hear_chords(chord(48, 52, 55), RATE, weights, report=stop)


def test_the_recurrence_reads_both_ways(weights):
    """What comes last changes what is heard first, as it must in a network that listens forwards and backwards."""
    features = measure_features(chord(48, 52, 55)[0], RATE)
    changed = features.copy()
    changed[-1] = -80.0
    before, after = (run_network(part, weights).classes for part in (features, changed))
    assert np.abs(before[0] - after[0]).max() > 1e-7


def test_other_files_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", something=np.zeros(3))
    with pytest.raises(ValueError, match="does not hold"):
        load_weights(tmp_path / "other.npz")
