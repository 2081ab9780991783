"""The report holds what the result holds, asks nothing of the world outside, and no song's name can break it."""

from __future__ import annotations

import dataclasses
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tonmeister.capabilities.mastering.params import (
    Band,
    CodecCheck,
    Deliverable,
    GainReduction,
    MasterResult,
    PlatformOutcome,
    Speed,
    StageNote,
)
from tonmeister.capabilities.mastering.pictures import PictureData
from tonmeister.capabilities.mastering.report import ABSENT, FIGURES, notebook_html, verdict, write_report
from tonmeister.capabilities.mastering.report_svg import (
    Axis,
    area_path,
    clock,
    curve_path,
    number,
    plain,
    stripes_path,
    thin,
    time_axis,
)
from tonmeister.core.errors import OutputUnwritableError
from tonmeister.core.measurement import BAND_NAMES, BandImage, BandLevel, Measurement
from tonmeister.dsp.spectrum import BANDS_HZ, THIRD_OCTAVES_HZ

HOSTILE = "</title><script>alert('1')</script> \"Łódź\" & <img src=x onerror=alert(1)> \x00\x1b\udc80 \u202eevil"
VOID = {"meta", "br", "img", "link", "input", "hr"}


def measurement(loudness_lufs: float, true_peak_dbtp: float, duration_s: float = 158.2) -> Measurement:
    return Measurement(
        integrated_lufs=loudness_lufs,
        momentary_max_lufs=loudness_lufs + 4.31,
        short_term_max_lufs=loudness_lufs + 2.64,
        range_lu=6.37,
        true_peak_dbtp=true_peak_dbtp,
        true_peak_by_channel_dbtp=(true_peak_dbtp, true_peak_dbtp - 0.3),
        true_peak_at_s=61.3,
        sample_peak_dbfs=true_peak_dbtp - 0.21,
        sample_peak_by_channel_dbfs=(true_peak_dbtp - 0.21, true_peak_dbtp - 0.4),
        rms_dbfs=loudness_lufs + 0.9,
        crest_factor_db=true_peak_dbtp - loudness_lufs - 1.1,
        plr_db=true_peak_dbtp - loudness_lufs,
        psr_db=true_peak_dbtp - loudness_lufs - 2.1,
        dc_offset_by_channel_dbfs=(-88.4, None),
        n_clipped_samples=0,
        correlation=0.724,
        width_percent=14.2,
        bands=tuple(
            BandImage(name=name, low_hz=low, high_hz=high, correlation=0.9, width_percent=5.0)
            for name, (low, high) in zip(BAND_NAMES, BANDS_HZ, strict=True)
        ),
        mono_loss_lu=0.62,
        third_octaves=tuple(BandLevel(centre_hz=hz, level_dbfs=-30.0) for hz in THIRD_OCTAVES_HZ),
        tilt_db_per_octave=-4.83,
        noise_floor_dbfs=-71.6,
        noise_floor_confidence=1.0,
        leading_silence_s=0.021,
        trailing_silence_s=1.204,
        duration_s=duration_s,
        sample_rate=44100,
        n_channels=2,
        short_term_curve_lufs=(),
    )


def curves(duration_s: float = 158.2, gain_db: float = 6.0) -> PictureData:
    """Make the curves of a song with intro, verses, loud choruses and a fade-out."""
    rng = np.random.default_rng(7)
    at = np.linspace(0, duration_s, 1200)
    parts = np.interp(
        at / duration_s,
        [0, 0.08, 0.1, 0.3, 0.31, 0.5, 0.51, 0.7, 0.71, 0.9, 1],
        [0.1, 0.15, 0.35, 0.4, 0.65, 0.65, 0.4, 0.4, 0.7, 0.7, 0],
    )
    high = parts * rng.uniform(0.55, 1.0, 1200)
    low = -parts * rng.uniform(0.5, 1.0, 1200)
    gain = 10 ** (gain_db / 20)
    limit = 10 ** (-1.0 / 20)
    before = np.stack([low, high], axis=1).astype(np.float32)
    after = np.clip(before * gain, -limit, limit).astype(np.float32)
    hz = np.array(THIRD_OCTAVES_HZ)
    octaves = np.log2(hz / 1000)
    mix_db = -1.2 * octaves - 0.35 * octaves**2 + rng.normal(0, 0.9, len(hz))
    target_db = -0.6 * octaves - 0.3 * octaves**2
    eq_db = np.clip(0.6 * (target_db - mix_db), -3.5, 3.5)
    n = int((duration_s - 3) / 0.1)
    loud = np.interp(np.arange(n) * 0.1, at, 20 * np.log10(np.maximum(parts, 1e-4))) - 14 + rng.normal(0, 0.4, n)
    return PictureData(
        duration_s=duration_s,
        waveform_before=before,
        waveform_after=after,
        bands_hz=hz,
        before_db=mix_db,
        after_db=mix_db + eq_db,
        target_db=target_db,
        eq_db=eq_db,
        loudness_hop_s=0.1,
        loudness_before_lufs=loud,
        loudness_after_lufs=np.minimum(loud + gain_db, -11 + 0.2 * (loud + gain_db + 11)),
        reduction_db=np.maximum(0, 20 * np.log10(np.maximum(parts, 1e-3) * gain / limit)) * rng.uniform(0.2, 1, 1200),
    )


def result(**changes: object) -> MasterResult:
    given = MasterResult(
        title="Morning over Łódź",
        deliverables=(
            Deliverable(
                file="somewhere/deep/Morning over Łódź (master).wav",
                format="WAV, 24 bit",
                sample_rate=44100,
                n_samples=6976620,
                integrated_lufs=-14.02,
                true_peak_dbtp=-1.04,
                within_promise=True,
            ),
            Deliverable(
                file="Morning over Łódź (master).mp3",
                format="MP3, 320 kbit/s",
                sample_rate=44100,
                n_samples=6976620,
                integrated_lufs=-14.03,
                true_peak_dbtp=-1.01,
                within_promise=True,
            ),
        ),
        report_html=None,
        report_json="Morning over Łódź (master).json",
        mode="adaptive",
        preset="warm",
        genre="rock",
        resembles={"rock": 0.58, "indie": 0.231},
        target_lufs=-14.0,
        ceiling_dbtp=-1.0,
        target_reached=True,
        before=measurement(-19.13, -3.87),
        after=measurement(-14.02, -1.04),
        eq_curve=tuple(Band(frequency_hz=hz, gain_db=0.5) for hz in THIRD_OCTAVES_HZ),
        notes=(
            StageNote(stage="tonal balance", text="+1.8 dB at 9 kHz, because the mix is 4 dB darker than the genre."),
            StageNote(stage="compressor", text="Four bands at 1.8 : 1: the lows swing 3 dB more than the genre's."),
            StageNote(stage="width", text="Bass below 90 Hz is mono; the image was left as it is."),
            StageNote(stage="limiter", text="5.3 dB into -1.0 dBTP; at most 3.1 dB of limiting over 400 ms."),
        ),
        gain_reduction=(
            GainReduction(stage="low", max_db=3.4, mean_db=0.82, active_percent=44),
            GainReduction(stage="high", max_db=2.1, mean_db=0.31, active_percent=18),
            GainReduction(stage="limiter", max_db=4.73, mean_db=0.41, active_percent=23.4),
        ),
        platforms=(
            PlatformOutcome(platform="Spotify", gain_db=0.02, text="Spotify will play it as it is."),
            PlatformOutcome(platform="Apple Music", gain_db=-1.98, text="Apple Music will turn this down by 2.0 dB."),
        ),
        codec_checks=(
            CodecCheck(codec="AAC 128 kbit/s", integrated_lufs=-14.05, true_peak_dbtp=-0.42, lowered_db=0.35),
        ),
        warnings=("The mix begins with a click, which was left.",),
        speed=Speed(wall_s=1.93, cpu_s=1.41, real_time_ratio=112.2),
    )  # fmt: skip
    return given.model_copy(update=changes)


def page(tmp_path: Path, given: MasterResult | None = None, pictures: PictureData | None = None) -> str:
    path = tmp_path / "report.html"
    write_report(path, given or result(), pictures or curves())
    return path.read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in its order, attributes are unique, ids too."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self.open, f"<{tag}/> is closed in itself outside of SVG"
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"style", "script"} & set(self.open):
            self.words.append(" ".join(data.split()))

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(page(tmp_path))


def test_the_page_is_well_formed(tmp_path: Path, reader: Reader) -> None:
    assert page(tmp_path).startswith("<!DOCTYPE html>\n")
    assert reader.elements[0] == ("html", {"lang": "en"})
    assert {"title", "main", "h1", "figure", "figcaption", "table", "svg"} <= reader.tags()
    assert [tag for tag, _ in reader.elements].count("h1") == 1
    outer = Reader(f"<div>{notebook_html(result())}</div>")
    assert "table" in outer.tags()


def test_the_reader_sees_faults() -> None:
    for broken in ("<p><b></p></b>", "<p>", "</p>", '<p id="a" id="b"></p>', "<p/>"):
        with pytest.raises(AssertionError):
            Reader(broken)


def test_nothing_comes_from_elsewhere(tmp_path: Path, reader: Reader) -> None:
    text = page(tmp_path)
    assert not {"script", "link", "img", "iframe", "object", "embed", "image", "use", "base"} & reader.tags()
    for tag, attributes in reader.elements:
        assert not {"src", "href", "xlink:href", "srcset", "action"} & attributes.keys(), tag
        assert not [name for name in attributes if name.startswith("on")], tag
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"https?:|//[a-z]", text)
    policy = [a["content"] for tag, a in reader.elements if tag == "meta" and a.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_page_is_small_and_the_same_each_time(tmp_path: Path) -> None:
    long = dataclasses.replace(
        curves(3600.0),
        loudness_before_lufs=np.random.default_rng(1).normal(-20, 4, 36000),
        loudness_after_lufs=np.random.default_rng(2).normal(-14, 2, 36000),
        reduction_db=np.abs(np.random.default_rng(3).normal(0, 2, 20000)),
    )
    text = page(tmp_path, pictures=long)
    assert len(text.encode()) < 300_000
    assert page(tmp_path, pictures=long) == text


def test_a_hostile_title_stays_text(tmp_path: Path) -> None:
    given = result(
        title=HOSTILE,
        genre=HOSTILE,
        preset=HOSTILE,
        report_json=HOSTILE,
        warnings=(HOSTILE,),
        resembles={HOSTILE: 0.5},
        notes=(StageNote(stage=HOSTILE, text=HOSTILE),),
        gain_reduction=(GainReduction(stage=HOSTILE, max_db=1, mean_db=1, active_percent=1),),
        platforms=(PlatformOutcome(platform=HOSTILE, gain_db=0, text=HOSTILE),),
        codec_checks=(CodecCheck(codec=HOSTILE, integrated_lufs=-14, true_peak_dbtp=-1, lowered_db=0),),
        deliverables=(result().deliverables[0].model_copy(update={"file": HOSTILE, "format": HOSTILE}),),
    )
    calm = Reader(page(tmp_path))
    for text, least in ((page(tmp_path, given), 9), (notebook_html(given), 3)):
        read = Reader(text)
        assert not {"script", "img"} & read.tags()
        assert read.tags() <= calm.tags() | {"ul", "li"}
        shown = " ".join(
            HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd").replace("\udc80", "\ufffd").split()
        )
        assert sum(shown in words for words in read.words) >= least
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", text)


def test_a_title_of_one_endless_word_and_an_empty_one(tmp_path: Path) -> None:
    assert "x" * 3000 in page(tmp_path, result(title="x" * 3000))
    assert Reader(page(tmp_path, result(title=""))).tags() >= {"h1"}


def test_folders_are_not_told(tmp_path: Path, reader: Reader) -> None:
    assert "somewhere/deep" not in page(tmp_path)
    assert "Morning over Łódź (master).wav" in reader.words


def test_the_figures_are_the_results(reader: Reader) -> None:
    given = result()
    for name in ("integrated_lufs", "short_term_max_lufs", "momentary_max_lufs", "true_peak_dbtp", "sample_peak_dbfs"):
        for measured in (given.before, given.after):
            assert f"{getattr(measured, name):.2f}".replace("-", "−") in reader.words
    change = given.after.integrated_lufs - given.before.integrated_lufs  # type: ignore[operator]
    assert f"+{change:.2f}" in reader.words
    text = " ".join(reader.words)
    for deliverable in given.deliverables:
        assert f"{number(deliverable.integrated_lufs, 2)} LUFS {number(deliverable.true_peak_dbtp, 2)} dBTP" in text
    for note in given.notes:
        assert f"{note.stage} {note.text}" in text
    for row in given.gain_reduction:
        assert f"{row.stage} {row.max_db:.1f} dB {row.mean_db:.2f} dB {row.active_percent:.0f} %" in text
    for entry in given.platforms:
        assert f"{entry.platform} {number(entry.gain_db, 1, signed=True)} dB {entry.text}" in text
    assert "AAC 128 kbit/s −14.05 LUFS −0.42 dBTP 0.35 dB" in text
    assert "The mix begins with a click, which was left." in reader.words
    assert "target −14.00 LUFS, −0.02 LU ✓ kept" in text
    assert "ceiling −1.00 dBTP, looked for at 16× ✓ kept" in text
    assert "The master is 5.1 LU louder than the mix. To compare fairly, turn the master down by 5.1 dB." in text
    assert "Deepest 4.7 dB, mean 0.4 dB, more than 0.5 dB in 23 % of the time." in text
    assert "112 × real time" in text or "112× real time" in text
    assert "rock 58 %, indie 23 %" in text
    assert "2:38.200 6,976,620 samples" in text


def test_every_figure_has_its_row_and_meaning(reader: Reader) -> None:
    for _, fields in FIGURES:
        for field, name, _ in fields:
            assert name in reader.words
            assert Measurement.model_fields[field].description


@pytest.mark.parametrize(("confidence", "shown"), [(1.0, "−71.6"), (0.2, "≤ −71.6")])
def test_a_noise_floor_under_music_is_a_bound(tmp_path: Path, confidence: float, shown: str) -> None:
    mix = measurement(-19.13, -3.87).model_copy(update={"noise_floor_confidence": confidence})
    words = Reader(page(tmp_path, result(before=mix))).words
    row = words.index("Noise floor (estimated)")
    assert shown in words[row : row + 4]


def test_what_does_not_exist_is_said(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("integrated_lufs", "short_term_max_lufs", "range_lu", "psr_db", "correlation"))
    given = result(after=result().after.model_copy(update=nothing), target_reached=False)
    words = Reader(page(tmp_path, given)).words
    assert words.count(ABSENT) >= len(nothing)
    text = " ".join(words)
    assert "Integrated LUFS Loudness of the whole by ITU-R BS.1770-5, gated −19.13 not measurable –" in text
    assert "None" not in text
    assert "nan" not in text
    assert "not measurable" in notebook_html(given)


def test_silence_has_a_report(tmp_path: Path) -> None:
    empty = np.zeros(0)
    silent = np.full(len(THIRD_OCTAVES_HZ), -math.inf)
    pictures = PictureData(
        2.0, np.zeros((40, 2), np.float32), np.zeros((0, 2), np.float32), np.array(THIRD_OCTAVES_HZ),
        silent, silent, silent * math.nan, silent * math.nan, 0.1, empty, empty, empty,
    )  # fmt: skip
    given = result(notes=(), gain_reduction=(), platforms=(), codec_checks=(), warnings=(), deliverables=())
    read = Reader(page(tmp_path, given, pictures))
    text = " ".join(read.words)
    assert "No file was written, so nothing is proved." in text
    assert "short-term loudness needs 3 seconds" in text
    assert "there is no spectrum of silence" in text
    assert_paths_are_finite(read)


def assert_paths_are_finite(read: Reader) -> int:
    paths = [attributes["d"] or "" for tag, attributes in read.elements if tag == "path"]
    for path in paths:
        assert re.fullmatch(r"[MLHVZhv0-9. -]+", path), path[:200]
        for value in re.findall(r"-?[0-9.]+", path):
            assert abs(float(value)) <= 1600
    return sum(len(path) for path in paths)


@pytest.mark.parametrize("duration_s", [0.4, 3.2, 158.2, 5400.0])
def test_pictures_are_finite_at_any_length(tmp_path: Path, duration_s: float) -> None:
    pictures = curves(max(duration_s, 4.0))
    hole = pictures.loudness_after_lufs.copy()
    hole[: len(hole) // 3] = -math.inf
    hole[len(hole) // 2] = math.nan
    spectrum = pictures.before_db.copy()
    spectrum[:3] = -math.inf
    changed = dataclasses.replace(
        pictures, duration_s=duration_s, loudness_after_lufs=hole, before_db=spectrum, after_db=spectrum * math.nan
    )
    read = Reader(page(tmp_path, pictures=changed))
    assert assert_paths_are_finite(read) > 10_000
    shares = re.findall(r"(?:left|top):(-?[0-9.]+)%", page(tmp_path, pictures=changed))
    assert len(shares) > 30
    assert all(0 <= float(share) <= 100 for share in shares)


def test_pictures_say_in_words_what_they_show(reader: Reader) -> None:
    told = [a["aria-label"] or "" for _, a in reader.elements if a.get("role") == "img"]
    assert len(told) == 6
    assert sum("target −14.0 LUFS" in text for text in told) == 1
    assert sum("Waveform of the ma" in text for text in told) == 1
    hidden = [a for tag, a in reader.elements if tag == "svg"]
    assert all(a.get("aria-hidden") == "true" for a in hidden)


def test_what_one_stage_did_stands_together(tmp_path: Path) -> None:
    notes = tuple(StageNote(stage=stage, text=f"{stage} {i}") for i, stage in enumerate(("eq", "eq", "width", "eq")))
    read = Reader(page(tmp_path, result(notes=notes)))
    at = read.words.index("What was done, and why")
    assert read.words[at + 1 : at + 8] == ["eq", "eq 0", "eq 1", "width", "width 2", "eq", "eq 3"]


def test_the_verdict_is_honest() -> None:
    assert verdict(result()) == (True, "Promise kept in all 2 files, measured after writing.")
    one = result().deliverables[:1]
    assert verdict(result(deliverables=one)) == (True, "Promise kept, measured from the written file.")
    missed = (one[0], one[0].model_copy(update={"within_promise": False}))
    assert verdict(result(deliverables=missed)) == (
        False,
        "1 of 2 files outside the promise: Morning over Łódź (master).wav.",
    )
    quiet = result(target_reached=False, target_lufs=-9.0)
    assert verdict(quiet) == (False, "Target not reached: −14.02 LUFS instead of −9.00 LUFS.")
    assert verdict(result(deliverables=()))[0] is False


def test_rounding_hides_no_overshoot(tmp_path: Path) -> None:
    given = result(after=measurement(-14.0, -0.9996))
    text = " ".join(Reader(page(tmp_path, given)).words)
    assert "−0.9996 dBTP ceiling −1.00 dBTP, looked for at 16× ! missed" in text


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritableError, match="report"):
        write_report(tmp_path / "missing" / "report.html", result(), curves())


@pytest.mark.parametrize(
    ("value", "n_digits", "signed", "text"),
    [(-14.02, 2, False, "−14.02"), (-0.001, 2, False, "0.00"), (-0.001, 1, True, "0.0"), (1.25, 1, True, "+1.2")],
)
def test_numbers(value: float, n_digits: int, signed: bool, text: str) -> None:
    assert number(value, n_digits, signed=signed) == text


@pytest.mark.parametrize(
    ("time_s", "n_digits", "text"),
    [(0, 0, "0:00"), (59.6, 0, "1:00"), (61.25, 3, "1:01.250"), (3599.9996, 3, "1:00:00.000"), (3723, 0, "1:02:03")],
)
def test_clock(time_s: float, n_digits: int, text: str) -> None:
    assert clock(time_s, n_digits) == text


def test_time_marks_are_few_and_inside() -> None:
    for duration_s in (0.05, 0.4, 3, 17, 158, 1800, 7200, 90000):
        axis = time_axis(duration_s)
        assert 3 <= len(axis.ticks) <= 9
        assert all(0 <= tick.value <= duration_s * (1 + 1e-9) for tick in axis.ticks)
        assert len({tick.text for tick in axis.ticks}) == len(axis.ticks)


def test_paths() -> None:
    x, y = Axis(0, 10, (), "x"), Axis(0, 1, (), "y")
    assert curve_path(x, y, np.array([0.0, 10.0]), np.array([0.0, 1.0])) == "M0.0 300.0L1000.0 0.0"
    broken = curve_path(x, y, np.arange(4.0), np.array([0.0, math.nan, 1.0, 1.0]))
    assert broken == "M0.0 300.0h.1M200.0 0.0L300.0 0.0"
    assert curve_path(x, y, np.arange(2.0), np.array([0.5, -math.inf])) == "M0.0 150.0L100.0 450.0"
    assert curve_path(x, y, np.zeros(0), np.zeros(0)) == ""
    assert (
        area_path(x, y, np.array([0.0, 10.0]), np.zeros(2), np.ones(2)) == "M0.0 0.0L1000.0 0.0L1000.0 300.0L0.0 300.0Z"
    )
    assert stripes_path(np.array([False, True, True, False]), x, np.arange(5.0)) == "M100.0 0H300.0V300H100.0Z"
    logarithmic = Axis(20, 20000, (), "Hz", is_log=True)
    assert float(logarithmic.share(200.0)) == pytest.approx(1 / 3)


def test_thinning_keeps_peaks() -> None:
    y = np.zeros(50_000)
    y[12_345], y[40_001] = 7.0, -3.0
    times, thinned = thin(np.arange(50_000.0), y)
    assert len(times) == len(thinned) == 2000
    assert thinned.max() == 7.0
    assert thinned.min() == -3.0
    assert abs(times[thinned.argmax()] - 12_345) < 50


def test_plain_text() -> None:
    assert plain('<a href="x">\'&') == "&lt;a href=&quot;x&quot;&gt;&#x27;&amp;"
    assert plain("a\x00b\ud800c\nd") == "a\ufffdb\ufffdc\nd"
