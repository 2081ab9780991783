"""The drums of General MIDI as they are written on a staff."""

from __future__ import annotations

from typing import NamedTuple


class Drum(NamedTuple):
    """A sound of General MIDI's kit: its name, where it stands on the staff, and whether its head is a cross."""

    name: str
    place: str
    is_crossed: bool = False


_KIT = {
    35: Drum("Acoustic bass drum", "F4"),
    36: Drum("Bass drum", "F4"),
    37: Drum("Side stick", "C5", is_crossed=True),
    38: Drum("Snare", "C5"),
    39: Drum("Hand clap", "C5", is_crossed=True),
    40: Drum("Electric snare", "C5"),
    41: Drum("Low floor tom", "G4"),
    42: Drum("Closed hi-hat", "G5", is_crossed=True),
    43: Drum("High floor tom", "A4"),
    44: Drum("Pedal hi-hat", "D4", is_crossed=True),
    45: Drum("Low tom", "B4"),
    46: Drum("Open hi-hat", "G5", is_crossed=True),
    47: Drum("Low-mid tom", "D5"),
    48: Drum("High-mid tom", "D5"),
    49: Drum("Crash cymbal", "A5", is_crossed=True),
    50: Drum("High tom", "E5"),
    51: Drum("Ride cymbal", "F5", is_crossed=True),
}


def drum(midi: int) -> Drum:
    """Return the drum of a number of General MIDI."""
    return _KIT.get(midi, Drum(f"Percussion {midi}", "C5"))
