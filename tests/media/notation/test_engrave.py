"""Engraved pages: every note stands on them, and the PDF is one that readers take."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import zlib
from fractions import Fraction
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tonmeister.core.errors import VerificationError
from tonmeister.media.notation.pages import other_letters
from tonmeister.media.notation.pages.engrave import engrave
from tonmeister.media.notation.pages.letters import Lettering, Type
from tonmeister.media.notation.pages.pdf import write_pdf
from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import PlayedNote

SVG = "{http://www.w3.org/2000/svg}"
MIDIS = (40, 43, 47, 52, 55, 59, 64, 67)


def score(n_bars: int = 4, title: str = "Über den (Fluß)") -> Score:
    notes = [PlayedNote(0.25 * at, 0.25 * at + 0.25, MIDIS[at % 8]) for at in range(8 * n_bars)]
    time_map = TimeMap(tuple(0.5 * at for at in range(4 * n_bars + 1)))
    neck = Fretboard()
    line = Line("Guitar", notes, quantise(notes, time_map), neck, finger(notes, neck))
    return write_score(title, [line], time_map, chords=[(0.0, "E:min7"), (2.0, "G:maj")])


def texts(page: str) -> list[str]:
    root = ET.fromstring(page)
    return ["".join(each.itertext()).strip() for each in root.iter(f"{SVG}text")]


def streams(pdf: bytes) -> list[bytes]:
    return [zlib.decompress(each) for each in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.S)]


@pytest.mark.parametrize(("staves", "has_clef"), [("tab", False), ("standard", True), ("both", True)])
def test_the_staves_asked_for_are_drawn(staves, has_clef):
    written = score()
    page = engrave(written, staves=staves)[0]
    frets = [head.place.fret for _, _, head in written.parts[0].heads]
    drawn = [text for text in texts(page) if text.isdigit()]
    n_drawn = sum(drawn.count(str(fret)) for fret in set(frets))
    assert n_drawn >= len(frets) if staves != "standard" else n_drawn < len(frets) / 2
    assert any(f'"#{clef}-' in page for clef in ("E050", "E052")) is has_clef
    assert any("Über" in text for text in texts(page))
    assert any("Em7" in text for text in texts(page))


def test_pages_have_margins_a_title_and_numbers():
    pages = engrave(dataclasses.replace(score(80, title="A <Song> & more"), artist="Someone"))
    for number, page in enumerate(pages, 1):
        assert 'class="page-margin" transform="translate(1500, 1500)"' in page
        assert f"A <Song> & more · {number}/{len(pages)}" in texts(page)
    assert {"A <Song> & more", "Someone"} <= set(texts(pages[0]))
    assert not any("/1" in text for text in texts(engrave(score())[0]))


def test_two_hands_stand_on_a_brace(piano):
    page = engrave(piano)[0]
    assert 'class="grpSym"' in page
    assert '"#E050-' in page
    assert '"#E062-' in page


def staff_lines(page: str) -> list[list[float]]:
    """Return the heights of the lines of each row of staves, from the top of the page to its foot."""
    found = re.findall(r'class="staff">\s*((?:<path d="M[^"]*"[^>]*/>\s*)+)', page)
    rows = {tuple(sorted({float(y) for y in re.findall(r'd="M\S+ (\S+) L', each)})) for each in found}
    return [list(lines) for lines in sorted(rows)]


@pytest.mark.parametrize("midis", [(40, 43, 45, 47), (64, 67, 71, 76)])
def test_a_tab_stands_near_its_staff_and_touches_none_of_its_notes(midis):
    notes = [PlayedNote(0.5 * at, 0.5 * at + 0.5, midis[at % 4]) for at in range(160)]
    time_map, neck = TimeMap(tuple(0.5 * at for at in range(161))), Fretboard()
    line = Line("Guitar", notes, quantise(notes, time_map), neck, finger(notes, neck))
    page = engrave(write_score("Near", [line], time_map, chords=[(0.0, "E:min")]))[0]
    staves = staff_lines(page)
    assert [len(lines) for lines in staves] == [5, 6] * (len(staves) // 2)
    assert len(staves) >= 10
    heads = [float(y) for y in re.findall(r'class="notehead">\s*<use[^>]*translate\(\S+ (\S+)\)', page)]
    pairs = list(zip(staves[::2], staves[1::2], strict=True))
    above = float("-inf")
    for staff, tab in pairs:
        space = staff[1] - staff[0]
        assert tab[0] - staff[-1] < 6 * space
        assert tab[0] - staff[-1] < staff[0] - above, "what belongs together stands nearer"
        assert tab[0] - max(y for y in heads if above < y < tab[-1]) > 1.5 * space, "half of it is the head's own"
        above = tab[-1]


def test_notes_within_a_beat_are_joined():
    assert 'class="beam"' in engrave(score(), staves="standard")[0]


def test_a_long_song_has_several_pages_and_the_same_each_time():
    written = score(80)
    pages = engrave(written)
    assert len(pages) > 1
    assert pages == engrave(written)


def test_the_pdf_holds_what_the_pages_hold():
    pages = engrave(score(40))
    pdf = write_pdf(pages).content
    assert pdf.startswith(b"%PDF-1.4")
    assert f"/Count {len(pages)}".encode() in pdf
    drawn = b"\n".join(streams(pdf))
    leaves = (each for page in pages for each in ET.fromstring(page).iter(f"{SVG}tspan"))
    letters = [each.text for each in leaves if (each.text or "").strip().isdigit()]
    shown = re.findall(rb"\((\d+)\) Tj", drawn)
    assert sorted(each.decode() for each in shown) == sorted(letters)
    assert "Über den \\(Fluß\\)".encode("cp1252") in drawn
    signs = sum(page.count("<use ") for page in pages)
    assert len(re.findall(rb" Do Q", drawn)) == signs > 0


def test_every_object_of_the_pdf_is_where_its_table_says():
    pdf = write_pdf(engrave(score())).content
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    lines = pdf[start:].split(b"\n")
    assert lines[0] == b"xref"
    n_objects = int(lines[1].split()[1])
    for number in range(1, n_objects):
        place = int(lines[2 + number].split()[0])
        assert pdf[place:].startswith(f"{number} 0 obj".encode())
    for length, content in re.findall(rb"/Length (\d+)>>stream\n(.*?)\nendstream", pdf, re.S):
        assert int(length) == len(content)
    for content in streams(pdf):
        assert content.count(b"q ") == content.count(b"Q")


def page_font(subset: str) -> Path:
    folder = Path(str(resources.files("tonmeister"))) / "static" / "assets"
    found = sorted(folder.glob(f"inter-{subset}-wght-*.woff2"))
    if not found:
        pytest.skip("the page, whose fonts are used, is not built: tools/build_web.py")
    return found[0]


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(other_letters, "_ask_fontconfig", lambda *_, **__: None)


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """A font that fontconfig finds for every letter: the page's own letters of Greece."""
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "fc-match"
    program.write_text(f"#!/bin/sh\necho $3 >> {tmp_path}/asked\nprintf '{page_font('greek')}\\n0'\n")
    program.chmod(0o755)
    return tmp_path / "asked"


@pytest.mark.usefixtures("nothing_installed")
def test_letters_that_pdf_s_fonts_lack_are_told():
    written = write_pdf(engrave(score(title="月の光 Dvořák")))
    assert written.undrawn == ("月", "の", "光")
    assert write_pdf(engrave(score(title="Dvořák, Łódź, Čiurlionis, Ľubomír"))).undrawn == ()
    assert b"?" not in b"".join(re.findall(rb"\((.*?)\) Tj", b"\n".join(streams(written.content))))


@pytest.mark.usefixtures("nothing_installed")
def test_greek_and_cyrillic_letters_are_drawn_and_read_though_no_font_is_installed(tmp_path):
    assert page_font("cyrillic")
    title, artist = "Ελλάδα μου, Песня Ѳ", "Ђорђе ệ"
    many = "".join(chr(code) for code in (*range(0x391, 0x3A2), *range(0x3A3, 0x3C9), *range(0x410, 0x450)))
    song = dataclasses.replace(score(1, title=title), artist=artist)
    song = dataclasses.replace(song, bars=(dataclasses.replace(song.bars[0], section=many), *song.bars[1:]))
    written = write_pdf(engrave(song))
    assert written.undrawn == ()
    pictures = [each for each in streams(written.content) if b"/IM true" in each]
    assert len(pictures) >= len(set(many))
    for picture in pictures:
        width, height = (int(re.search(rb"/%c (\d+)" % side, picture)[1]) for side in b"WH")
        assert len(re.search(rb"ID ([0-9a-f]+)> EI", picture)[1]) == 2 * height * -(-width // 8)
    reader = shutil.which("pdftotext", path=os.defpath)
    if reader is None:
        pytest.skip("pdftotext is not installed")
    (tmp_path / "song.pdf").write_bytes(written.content)
    command = [reader, str(tmp_path / "song.pdf"), "-"]
    read = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "Ελλάδα μου, Песня Ѳ" in read.replace("\u2126", "Ω")
    assert "Ђорђе" in read


def test_installed_fonts_are_asked_once_for_a_word_and_believed_only_where_they_have_the_letter(installed):
    found = other_letters.OtherLetters()
    signs = [found.find(letter, is_bold=True) for letter in "λόγος"]
    assert [sign.text for sign in signs] == list("λόγος")
    assert all(sign.width > 100 and " Do" not in sign.outline for sign in signs)
    assert len(installed.read_text().split("\n")) == 2
    assert ":charset=3bb:weight=bold:slant=roman" in installed.read_text()
    assert found.find("月", is_bold=True) is None, "the font that was named for it has it not"
    for letter in ("ש", "ا", "क", "\u0301", "\u200f"):
        assert found.find(letter) is None, "alone it would be wrong"
    assert len(installed.read_text().split("\n")) == 3


@pytest.mark.usefixtures("nothing_installed")
def test_more_letters_than_a_byte_tells_apart_are_of_several_fonts():
    assert page_font("cyrillic")
    lettering = Lettering()
    text = "".join(chr(code) for code in (*range(0x3B1, 0x3C9), *range(0x410, 0x460), *range(0x400, 0x410)))
    fonts = {
        run.font
        for face in range(4)
        for run in lettering.runs(text, Type(10.0, is_bold=bool(face & 1), is_italic=bool(face & 2)))
    }
    assert lettering.undrawn == {}
    assert fonts == {"O0", "O1"}


def test_another_reader_finds_the_letters_and_chords_of_the_pdf(tmp_path):
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed")
    song = dataclasses.replace(score(8, title="Dvořák (Łódź)"), artist="Ş. Ğ. Őrség")
    written = tmp_path / "song.pdf"
    chords = {0: ((0, "F#:min"), (2, "Bb:maj")), 2: ((0, "D:maj/3"), (2, "C#:dim/b5")), 4: ((0, "F#:hdim7"),)}
    bars = [
        dataclasses.replace(bar, chords=tuple((Fraction(at), name) for at, name in chords.get(number, ())))
        for number, bar in enumerate(song.bars)
    ]
    written.write_bytes(write_pdf(engrave(dataclasses.replace(song, bars=tuple(bars)))).content)
    read = subprocess.run([reader, str(written), "-"], capture_output=True, text=True, check=True, timeout=60).stdout
    for wanted in ("Dvořák (Łódź)", "Ş. Ğ. Őrség", "F#m", "Bb", "D/F#", "C#dim/G", "F#m7b5", "♩ = 120"):
        assert wanted in read, (wanted, read)
    assert "?" not in read
    assert "□" not in read


@pytest.mark.parametrize("page", ["", "<svg/>", "<svg xmlns='http://www.w3.org/2000/svg'><a/></svg>"])
def test_what_is_no_page_is_refused(page):
    with pytest.raises(VerificationError):
        write_pdf([page])
