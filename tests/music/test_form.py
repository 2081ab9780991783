"""What sections are called where their names are doubted."""

from __future__ import annotations

from tonmeister.music.chords import ChordSpan
from tonmeister.music.form import UNNAMED, FormSection, name_form
from tonmeister.music.keys import KeyEstimate, KeySpan
from tonmeister.music.theory_report import describe_harmony

SURE = FormSection(0.0, 8.0, "verse", "A", 0.7)
DOUBTED = FormSection(8.0, 16.0, "chorus", "B", 0.38)
NAMELESS = FormSection(16.0, 24.0, UNNAMED, "C", 0.0)


def test_a_name_that_is_less_than_half_sure_gives_way_to_the_letter():
    assert [part.heading for part in (SURE, DOUBTED, NAMELESS)] == ["verse", "B", UNNAMED]
    assert [part.name for part in (SURE, DOUBTED, NAMELESS)] == ["verse", UNNAMED, UNNAMED]
    assert FormSection(0.0, 8.0, "chorus", "A", 0.5).heading == "chorus"


def test_the_form_lists_no_doubted_name():
    assert name_form([SURE, DOUBTED, NAMELESS]).labels == ("verse", UNNAMED, UNNAMED)


def _paragraph(*sections: FormSection) -> str:
    roots = (("C:maj", 0), ("F:maj", 5), ("G:maj", 7), ("C:maj", 0)) * 3
    chords = [
        ChordSpan(2.0 * n, 2.0 * n + 2, 4 * n, 4, label, root, root, 0.9) for n, (label, root) in enumerate(roots)
    ]
    key = KeyEstimate("C", "major", 0.9, False, "A minor", 0.1, ())
    return describe_harmony(chords, [KeySpan(0.0, 24.0, 0, 48, "C", "major", 0.9)], key, sections=sections).paragraph


def test_prose_names_only_what_is_at_least_half_sure_and_says_perhaps():
    told = _paragraph(SURE, DOUBTED, NAMELESS)
    assert "The form is ABC, perhaps verse, B, C." in told
    assert "chorus" not in told
    assert "The form is AB." in _paragraph(DOUBTED, NAMELESS)
