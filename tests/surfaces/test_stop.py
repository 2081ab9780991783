"""Ctrl-C is quiet wherever it meets the work."""

from __future__ import annotations

import io
import os
import signal

import numpy as np
import pytest
import soundfile

from tonmeister.surfaces.cli.stop import stoppable


class Interrupted(io.BytesIO):
    """A file during whose reading Ctrl-C is pressed."""

    is_pressed = False

    def readinto(self, buffer) -> int:
        if self.is_pressed:
            os.kill(os.getpid(), signal.SIGINT)
        return super().readinto(buffer)


def test_an_interrupt_within_a_decoder_waits_for_the_next_step(capfd):
    written = io.BytesIO()
    soundfile.write(written, np.zeros((20_000, 2), np.float32), 44_100, format="WAV")
    file = Interrupted(written.getvalue())
    with soundfile.SoundFile(file) as sound:
        file.is_pressed = True
        with stoppable(lambda: None) as cancel:
            assert len(sound.read(20_000)) == 20_000
            assert cancel.is_set()
    assert capfd.readouterr().err == ""


def test_an_interrupt_anywhere_else_stops_what_waits():
    with pytest.raises(KeyboardInterrupt), stoppable(lambda: None) as cancel:
        os.kill(os.getpid(), signal.SIGINT)
    assert cancel.is_set()
