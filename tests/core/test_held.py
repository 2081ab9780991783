"""What a draft keeps at hand: made once, a few of each kind."""

from __future__ import annotations

import pytest

from tonmeister.core.held import Held


def test_what_is_asked_for_again_is_not_made_again():
    held = Held()
    made = []
    for key in (1, 2, 1, 1):
        assert held.take("number", key, lambda key=key: made.append(key) or f"<{key}>") == f"<{key}>"
    assert made == [1, 2]
    assert held.take("other kind", 1, lambda: "another") == "another"


def test_what_was_not_asked_for_the_longest_goes():
    held = Held(most=2)
    made = []
    for key in (1, 2, 1, 3, 1, 2):
        held.take("number", key, lambda key=key: made.append(key))
    assert made == [1, 2, 3, 2]


def test_what_could_not_be_made_is_not_kept():
    held = Held()
    with pytest.raises(ZeroDivisionError):
        held.take("number", 1, lambda: 1 // 0)
    assert held.take("number", 1, lambda: 7) == 7
