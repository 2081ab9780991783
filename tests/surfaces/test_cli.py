"""The command line over the sample studio: options, output, exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tonmeister.core.capability import Digest
from tonmeister.surfaces.cli.main import top_parser
from tonmeister.surfaces.cli.show import names_apart, print_digests, told_apart
from tonmeister.surfaces.progress import _SparseLines


def test_help_lists_the_commands_with_their_summaries(cli):
    code, out, _ = cli("--help")
    assert code == 0
    assert "Copy a file, and tell how it went." in out
    assert "completion" in out
    assert cli()[1] == out


def test_help_of_a_command_is_made_of_the_declaration(cli):
    code, out, _ = cli("copy", "--help")
    text = " ".join(out.split())
    assert code == 0
    assert "usage: tonmeister copy [options] SOURCE [SOURCE ...] Copy a file" in text
    assert "A second paragraph." in text
    assert "SOURCE The file to copy." in text
    assert "--level-db dB Level of the copy; 100% of the original if not given. [-60 to 0 dB]" in text
    assert "--edges.fade-ms ms Length of the fade at both ends. [0 to 1000 ms; default 5]" in text
    assert "--loud, --no-loud Say it in capitals." in text
    assert "--format {txt,md} Kinds of file to write. [may be repeated; default txt]" in text
    assert "--reference FILE" in text
    assert cli("help", "copy")[1] == out


def test_version(cli):
    assert cli("--version")[1] == "tonmeister 1.2.3\n"


def test_a_result_is_shown_as_a_table_and_sentences(cli, place):
    code, out, err = cli("copy", "a.txt")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["copies", "draw"]
    assert out.splitlines()[1].split()[0] == "a-copy.txt"
    assert out.splitlines()[2] == "Wrote a-copy.txt."


def test_json_is_one_object_alone(cli, place):
    code, out, err = cli("copy", "a.txt", "--loud", "--level-db", "-3", "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["text"] == "LA"
    assert result["level_db"] == -3.0


def test_options_reach_the_model(cli, place):
    _, out, _ = cli(
        "copy", "--format", "md", "--format=txt", "a.txt", "--edges.curve", "linear", "--n-copies", "2", "--json"
    )
    assert [name.rpartition("/")[2] for name in json.loads(out)["copies"]] == [
        "a-copy.md",
        "a-copy.txt",
        "a-copy-1.md",
        "a-copy-1.txt",
    ]


def test_choices_that_are_numbers(cli, place):
    assert cli("copy", "a.txt", "--bit-depth", "24")[0] == 0
    assert "Did you mean '16'?" in cli("copy", "a.txt", "--bit-depth", "160")[2]


def test_parameters_from_a_file_yield_to_the_command_line(cli, place):
    (place / "p.toml").write_text('loud = true\nlevel_db = -6\n[edges]\nfade_ms = 20\ncurve = "linear"\n')
    (place / "p.json").write_text('{"loud": true, "level_db": -6}')
    for name in ("p.toml", "p.json"):
        _, out, _ = cli("copy", "a.txt", "--params", name, "--level-db", "-9", "--edges.curve", "cosine", "--json")
        assert json.loads(out)["text"] == "LA"
        assert json.loads(out)["level_db"] == -9.0
    (place / "bad.toml").write_text("loud = maybe")
    code, _, err = cli("copy", "a.txt", "--params", "bad.toml")
    assert code == 2
    assert "error [PARAMETER_INVALID] 'bad.toml' is not valid TOML" in err
    assert cli("copy", "a.txt", "--params", "none.toml")[0] == 3


def test_a_value_of_many_parts_is_json_or_a_file_of_it(cli, place):
    from pydantic import Field

    from tonmeister.core.asset import AssetRef
    from tonmeister.core.capability import Capability, Params, Result
    from tonmeister.core.errors import FileMissingError, ParameterError
    from tonmeister.surfaces.cli.parser import command_parser, given_params

    class Part(Params):
        tempo_bpm: float = Field(ge=40)

    class Parts(Params):
        """Take parts."""

        file: AssetRef
        part: Part | None = None
        parts: tuple[Part, ...] = ()

    one = Capability(name="take", version="1", params=Parts, result=Result, function="nowhere:at_all")
    (place / "part.json").write_text('{"tempo_bpm": 120}')
    (place / "bad.json").write_text('{"tempo_bpm": ')

    (place / "parts").write_text('[{"tempo_bpm": 120}, {"tempo_bpm": 90}]')

    def read(*texts, name="part"):
        given = [part for text in texts for part in (f"--{name}", text)]
        return given_params(command_parser(one).parse_known_only(["a.txt", *given]))[name]

    assert read("part.json") == read('{"tempo_bpm": 120}') == {"tempo_bpm": 120}
    two = [{"tempo_bpm": 120}, {"tempo_bpm": 90}]
    assert read('[{"tempo_bpm": 120}, {"tempo_bpm": 90}]', name="parts") == two
    assert read("parts", name="parts") == two
    assert read('{"tempo_bpm": 120}', '[{"tempo_bpm": 90}]', name="parts") == two
    assert read('{"tempo_bpm": 120}', '{"tempo_bpm": 90}', name="parts") == two
    for text in ("part", "x" * 5000):
        with pytest.raises(ParameterError, match="neither JSON nor a file") as caught:
            read(text, name="parts")
        assert (caught.value.field, caught.value.value) == ("parts", text)
        assert "[...]" in str(caught.value.remedy)
    with pytest.raises(ParameterError, match=r"--parts is not valid JSON: .* column 3"):
        read("[{'tempo_bpm': 120}]", name="parts")
    with pytest.raises(FileMissingError, match=r"none\.json"):
        read("none.json")
    with pytest.raises(ParameterError, match="not valid JSON"):
        read("bad.json")


def test_steps_of_others_are_not_among_the_commands():
    parser = top_parser({"copy": "Copy it.", "half_a_copy": "A step."}, ["half_a_copy"])
    listed = parser.format_help().partition("Steps of these")
    assert "half_a_copy" not in listed[0]
    assert "half_a_copy" in listed[2]
    assert parser.parse_args(["half_a_copy"]).command == "half_a_copy"


def test_songs_with_tables_of_their_own_need_no_heading(capsys):
    print_digests(
        [Digest(title=name, columns=("stem",), rows=(("drums",),), sentences=("One.", "Two.")) for name in "ab"]
    )
    assert "drums:" not in capsys.readouterr().out


def test_many_inputs_are_a_batch_in_one_table(cli, place):
    code, out, _ = cli("copy", "a.txt", "b.txt", "--output", "out/")
    lines = out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == ["copies", "a-copy.txt", "b-copy.txt", "Wrote", "Wrote"]
    assert sorted(path.name for path in (place / "out").iterdir()) == ["a-copy.txt", "b-copy.txt"]


def test_what_is_told_of_each_song_of_a_batch_stands_under_its_name(capsys):
    print_digests([Digest(columns=("song",), rows=((name,),), sentences=("First.", "Second.")) for name in "ab"])
    assert capsys.readouterr().out.splitlines() == [
        "song", "a", "b", "", "a:", "First.", "Second.", "", "b:", "First.", "Second.",
    ]  # fmt: skip


def test_inputs_of_one_name_are_told_apart_by_their_folders():
    assert names_apart(["a/x/mix.ogg", "b/x/mix.ogg", "c/mix.ogg", "bass.ogg"]) == [
        "a/x/mix.ogg", "b/x/mix.ogg", "c/mix.ogg", "bass.ogg",
    ]  # fmt: skip
    assert names_apart(["same.ogg", "same.ogg"]) == ["same.ogg", "same.ogg"]
    digest = Digest(
        columns=("file", "notes"), rows=(("mix.ogg", "3"),), sentences=("mix.ogg: One.", "mix.ogg and two.")
    )
    named = told_apart(digest, "a/mix.ogg", "a/mix.ogg")
    assert (named.rows, named.sentences) == ((("a/mix.ogg", "3"),), ("a/mix.ogg: One.", "mix.ogg and two."))
    assert told_apart(digest, "a/mix.ogg", "mix.ogg") == digest


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_output_that_cannot_be_told_is_said_on_standard_error(cli, place, monkeypatch, more):
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        code, _, err = cli("copy", "a.txt", *more)
    assert code == 4
    assert err.startswith("error [OUTPUT_UNWRITABLE] Standard output cannot be written: No space left on device.")


def test_a_bad_file_in_a_batch_is_named_at_the_end(cli, place):
    code, out, err = cli("copy", "a.txt", "none.txt", "b.txt")
    assert code == 6
    assert "b-copy.txt" in out
    assert err.splitlines()[-1].startswith("none.txt: error [FILE_NOT_FOUND] There is no file 'none.txt'.")
    code, out, _ = cli("copy", "a.txt", "none.txt", "--json", "--jobs", "1")
    answers = json.loads(out)
    assert code == 6
    assert answers[0]["text"] == "la"
    assert answers[1]["success"] is False
    assert answers[1]["error"]["code"] == "FILE_NOT_FOUND"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["cpy"], 2, "error [CHOICE_UNKNOWN] There is no command 'cpy'. Did you mean 'copy'?"),
        (["copy"], 2, "error [PARAMETER_INVALID] The following arguments are required: SOURCE."),
        (["copy", "a.txt", "--levl-db", "3"], 2, "Did you mean '--level-db'?"),
        (["copy", "a.txt", "--level-db", "3"], 2, "error [PARAMETER_INVALID] level_db is 3, but must be at most 0."),
        (["copy", "a.txt", "--level-db", "loud"], 2, "level_db"),
        (["copy", "a.txt", "--behaviour", "copi"], 2, "Did you mean 'copy'?"),
        (["copy", "a.txt", "--jobs", "0"], 2, "--jobs"),
        (
            ["copy", "none.txt"],
            3,
            "error [FILE_NOT_FOUND] There is no file 'none.txt'. Check the path and the spelling.",
        ),
        (["copy", "a.txt", "--behaviour", "fail"], 3, "error [AUDIO_SILENT] The file is silent. Take another."),
        (["copy", "a.txt", "--output", "b.txt"], 4, "error [OUTPUT_EXISTS]"),
        (["copy", "a.txt", "--behaviour", "fault"], 70, "error [INTERNAL] A fault of Tonmeister: ZeroDivisionError"),
    ],
)
def test_errors_are_one_line_with_code_and_remedy(cli, place, arguments, code, words):
    told = cli(*arguments)
    assert told[0] == code
    assert told[1] == ""
    assert words in told[2]
    assert told[2].count("\n") == 1
    code_json, out, err = cli(*arguments, "--json")
    assert (code_json, err) == (code, "")
    answer = json.loads(out)
    assert answer["success"] is False
    assert set(answer) == {"success", "error", "timestamp"}
    assert set(answer["error"]) == {"code", "message", "details"}
    assert answer["error"]["code"] in told[2]


def test_overwrite_and_quiet(cli, place):
    assert cli("copy", "a.txt", "--output", "b.txt", "--overwrite", "--quiet") == (0, "", "")
    assert (place / "b.txt").read_text() == "la"


def test_verbose_tells_the_stages_on_standard_error(cli, place):
    _, _, err = cli("copy", "a.txt", "--verbose")
    assert err.splitlines() == ["copy: reading (0%)", "copy: telling (90%)", "copy: done (100%)"]


def test_the_table_of_errors(cli):
    _, out, _ = cli("errors")
    assert "OUTPUT_EXISTS" in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_scripts_know_every_option(cli, tmp_path, shell):
    code, script, _ = cli("completion", shell)
    assert code == 0
    assert "edges.fade-ms" in script
    if shutil.which(shell):
        (tmp_path / "script").write_text(script)
        subprocess.run([shell, "-n", tmp_path / "script"], check=True)


def test_completion_of_an_unknown_shell(cli):
    code, _, err = cli("completion", "bsh")
    assert code == 2
    assert "Did you mean 'bash'?" in err


def test_choices_that_may_be_repeated_may_stand_behind_one_another(cli, place):
    together, apart = (
        cli("copy", "a.txt", *options, "--json", "--output", f"{name}/")
        for name, options in (("x", ("--format", "txt,md")), ("y", ("--format", "txt", "--format", "md")))
    )
    assert (together[0], apart[0]) == (0, 0)
    assert len(json.loads(together[1])["copies"]) == len(json.loads(apart[1])["copies"]) == 2
    code, _, err = cli("copy", "a.txt", "--format", "txt,mdd")
    assert code == 2
    assert "--format is 'mdd'" in err
    assert "Choose one of: txt, md." in err
    assert "--format txt,md" in err


def test_work_that_lasts_is_told_of_now_and_then_where_no_terminal_is(capsys):
    now = [0.0]
    lines = _SparseLines(["one.wav", "two.wav"], lambda: now[0])
    for at, index, fraction, stage in (
        (1, 0, 0.0, "read"), (9.9, 0, 0.2, "listen"),  # what is over so soon needs no word
        (10.2, 0, 0.3, "listen"), (11, 0, 0.5, "write"),  # too close
        (12.5, 0, 0.6, "write"), (15, 1, 0.1, "read"), (24, 1, 0.2, "read"), (25.1, 1, 0.3, "read"),
    ):  # fmt: skip
        now[0] = at
        lines.show(index, fraction, stage)
    assert capsys.readouterr().err.splitlines() == [
        "one.wav: listen (30%, 10 s)",
        "one.wav: write (60%, 12 s)",
        "two.wav: read (10%, 15 s)",
        "two.wav: read (30%, 25 s)",
    ]


def test_the_lines_stand_on_standard_error_and_quiet_leaves_them_out(cli, monkeypatch):
    monkeypatch.setattr("tonmeister.surfaces.progress.QUIET_S", 0.0)
    code, out, err = cli("copy", "a.txt", "--json")
    assert code == 0
    assert json.loads(out)["text"] == "la"
    assert re.fullmatch(r"copy: reading \(\d+%, 0 s\)\n", err)
    assert cli("copy", "a.txt", "--quiet")[1:] == ("", "")


def test_a_reader_that_has_gone_does_not_end_the_work(cli, monkeypatch, place):
    monkeypatch.setattr("tonmeister.surfaces.progress.QUIET_S", 0.0)
    read, write = os.pipe()
    os.close(read)
    with open(write, "w", buffering=1) as nobody:
        monkeypatch.setattr(sys, "stderr", nobody)
        assert cli("copy", "a.txt", "--json")[0] == 0
    assert (place / "a-copy.txt").exists()
