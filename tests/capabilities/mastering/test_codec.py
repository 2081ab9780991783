"""Lossy codecs overshoot; what decodes from the files does not exceed what was promised."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from capabilities.mastering.songs import Sound, make_song, read, true_peak_dbtp
from tonmeister.capabilities.mastering.codec import MAX_ATTEMPTS, next_attempt
from tonmeister.capabilities.mastering.params import MasterResult
from tonmeister.jobs.runner import Runner
from tonmeister.media.formats import OutputFormat
from tonmeister.media.writer import encode_file

Master = Callable[..., MasterResult]
LOUD = {"target_lufs": -8.0, "ceiling_dbtp": -0.1, "max_gain_reduction_db": 18.0, "bit_depth": 16}


@pytest.fixture(scope="module")
def loud_song() -> Sound:
    """Dense and bright: what low bit rates find hardest."""
    return np.tanh(3.0 * make_song(6.0, seed=3)).astype(np.float32)


def decoded_peak_dbtp(wav: str, folder: Path, fmt: OutputFormat) -> float:
    path = folder / f"trial.{fmt.container}"
    encode_file(Path(wav), path, fmt)
    return true_peak_dbtp(read(path), oversampling=8)


def test_the_codec_check_lowers_the_ceiling_until_nothing_clips(
    master: Master, loud_song: Sound, tmp_path: Path
) -> None:
    fmt = OutputFormat("mp3", 44100, 2, None, 128)
    asked = LOUD | {"target_lufs": -7.0, "ceiling_dbtp": 0.0}
    free = master(loud_song, **asked)
    assert free.codec_checks == ()
    assert decoded_peak_dbtp(free.deliverables[0].file, tmp_path, fmt) > 0.1, "the song must overshoot for this test"
    checked = master(loud_song, **asked, check_codec=("mp3-128",))
    (check,) = checked.codec_checks
    assert check.codec == "mp3-128"
    assert check.true_peak_dbtp <= 0.0
    assert check.lowered_db > 0.0
    assert any("ceiling was lowered" in text for text in checked.warnings)
    # What was told of the trial is what anyone finds who encodes the master.
    found_dbtp = decoded_peak_dbtp(checked.deliverables[0].file, tmp_path, fmt)
    assert found_dbtp <= 0.0
    assert found_dbtp == pytest.approx(check.true_peak_dbtp, abs=0.03)
    assert checked.after.true_peak_dbtp < free.after.true_peak_dbtp - 0.5 * check.lowered_db


@pytest.mark.parametrize("burst_db", [0.3, 2.0, 5.0])
@pytest.mark.parametrize("clips_to", [0.0, 0.5, 1.0])
def test_one_burst_of_a_codec_does_not_cost_all_of_its_height(burst_db: float, clips_to: float) -> None:
    """A codec that bursts at the first level, and below behaves: it overshoots by ``clips_to`` dB."""
    lowered, clipping, clean = 0.0, None, None
    for _ in range(MAX_ATTEMPTS):
        over_db = burst_db if lowered == 0.0 else clips_to - lowered
        if over_db <= 0:
            clean = lowered
        else:
            clipping = lowered
        following = next_attempt(lowered, over_db, clipping, clean)
        if following is None:
            break
        lowered = following
    assert clean is not None
    assert clips_to <= clean <= clips_to + 0.6
    assert next_attempt(0.0, -3.0, None, 0.0) is None


def test_a_codec_with_room_lowers_nothing(master: Master) -> None:
    names = ("mp3-320", "vorbis-320", "opus-160")
    result = master(make_song(4.0), target_lufs=-20.0, ceiling_dbtp=-3.0, check_codec=names)
    assert tuple(check.codec for check in result.codec_checks) == names
    for check in result.codec_checks:
        assert check.lowered_db == 0.0
        assert check.integrated_lufs == pytest.approx(-20.0, abs=0.15)
    assert result.deliverables[0].within_promise


@pytest.mark.parametrize(("container", "kbps"), [("mp3", 128), ("ogg", 96), ("opus", 96), ("m4a", 128)])
def test_lossy_files_decode_below_the_ceiling(master: Master, loud_song: Sound, container: str, kbps: int) -> None:
    result = master(loud_song, target_lufs=-9.0, max_gain_reduction_db=18.0, format=(container,), bitrate_kbps=kbps)
    told = result.deliverables[0]
    assert true_peak_dbtp(read(told.file), oversampling=8) <= -1.0 + 0.05
    assert told.true_peak_dbtp <= -1.0 + 0.005
    assert told.integrated_lufs == pytest.approx(-9.0, abs=1.0)
    assert told.within_promise == (abs(told.integrated_lufs + 9.0) <= 0.1)
    assert told.within_promise or any("was missed by" in text for text in result.warnings)
    overshoots = [re.search(r"overshoots: limited to (-?\d+\.\d)", text) for text in result.warnings]
    assert all(float(found[1]) <= -1.3 for found in overshoots if found), "tenths are no news"


def test_a_failing_encoder_leaves_no_file(runner: Runner, master: Master, tmp_path: Path, monkeypatch) -> None:
    import tonmeister.media.encoders as encoders

    def fail(self: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encoders.LameEncoder, "finish", fail)
    from capabilities.mastering.songs import write
    from tonmeister.app import capability
    from tonmeister.core.errors import OutputUnwritableError

    mix = write(tmp_path / "in" / "song.wav", make_song(2.0))
    with pytest.raises(OutputUnwritableError):
        runner.run_here(capability("master"), {"mix": str(mix), "format": ("wav", "mp3")}, output=f"{tmp_path}/out/")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["song.wav"]
    scratch = Path(str(runner.settings.temporary_folder))
    assert not list(scratch.iterdir())
