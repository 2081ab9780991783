"""Declarations read without importing them."""

from __future__ import annotations

import pytest

from tonmeister.core.outline import Outline, find_outlines

PARAMS = 'class SingParams(Params):\n    """Sing a song.\n\n    More.\n    """\n'
DECLARED = "from house.sing.params import SingParams\nSING = Capability(name='sing', version='1', params=SingParams)\n"


@pytest.fixture
def folder(tmp_path):
    def write(name, **files):
        (tmp_path / name).mkdir()
        for stem, text in files.items():
            (tmp_path / name / f"{stem}.py").write_text(text)

    write("sing", __init__=DECLARED, params=PARAMS)
    write(
        "hum",
        __init__=PARAMS
        + "HUM = Capability[A, B](name='hum', params=SingParams)\nA = Capability(name='a', params=SingParams)\n",
    )
    write("data")
    return tmp_path, write


def test_names_and_summaries_are_read(folder):
    assert find_outlines("house", folder[0]) == {
        "a": Outline("a", "Sing a song.", "house.hum"),
        "hum": Outline("hum", "Sing a song.", "house.hum"),
        "sing": Outline("sing", "Sing a song.", "house.sing"),
    }


def test_steps_of_others_are_known_as_such(folder):
    folder[1]("steps", __init__=DECLARED.replace("'sing', version", "'step', is_inner=True, version"), params=PARAMS)
    (folder[0] / "steps" / "__init__.py").write_text(
        (folder[0] / "steps" / "__init__.py").read_text().replace("house.sing", "house.steps")
    )
    found = find_outlines("house", folder[0])
    assert found["step"].is_inner
    assert not found["sing"].is_inner


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DECLARED.replace("house.sing", "house.other"), "two folders"),
        ("X = Capability(name=NAME, params=SingParams)", "literal"),
        ("X = Capability(name='x', params=SingParams)", "neither defined nor imported"),
    ],
)
def test_what_cannot_be_read_is_refused(folder, text, words):
    folder[1]("other", __init__=text, params=PARAMS)
    with pytest.raises(ValueError, match=words):
        find_outlines("house", folder[0])
