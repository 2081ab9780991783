from __future__ import annotations

import pytest

from tonmeister.core.units import unit_of


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("target_lufs", "LUFS"), ("release_ms", "ms"), ("amount_percent", "%"), ("tilt_db_per_octave", "dB per octave"),
        ("n_bands", None), ("preset", None), ("s", None), ("words_per_minute", None),
    ],
)  # fmt: skip
def test_the_suffix_names_the_unit(name, unit):
    assert unit_of(name) == unit
