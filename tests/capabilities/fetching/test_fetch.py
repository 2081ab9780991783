"""Fetching as a capability: the word that is given, what is delivered, what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
import soundfile

from engines.links.web_server import web_server
from tonmeister import app
from tonmeister.core.errors import AudioTooLongError, FormatUnsupportedError, LinksOffError, ParameterError
from tonmeister.jobs.keys import content_key
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings, read_settings


@pytest.fixture(scope="module")
def place():
    with web_server() as (served, _):
        yield served


def runner(place: str, **changes) -> Runner:
    return Runner(Settings(**{"links": True, "link_open_addresses": (place,), **changes}), app.capability)


def ask(place: str, path: str, **changes) -> dict:
    return {"url": f"http://{place}{path}", "i_hold_the_rights": True} | changes


def test_a_song_arrives_with_the_word_that_was_given(place, tmp_path):
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    result = runner(place).run_here(app.capability("fetch"), ask(place, "/page"), output=f"{tmp_path}/")
    assert result.title == "My song"
    assert result.url == f"http://{place}/page"
    (file,) = tmp_path.iterdir()
    assert file.name == "My song.wav"
    assert soundfile.info(file).duration == 2.0
    assert before <= dt.datetime.fromisoformat(result.rights_confirmed_at) <= dt.datetime.now(dt.UTC)
    assert "rights" in result.notice


def test_without_the_word_nothing_is_asked_for(tmp_path):
    with web_server() as (served, asked):
        with pytest.raises(ParameterError, match="i_hold_the_rights") as refused:
            runner(served).run_here(
                app.capability("fetch"), {"url": f"http://{served}/song.wav"}, output=f"{tmp_path}/"
            )
        assert refused.value.remedy
        assert asked == []


def test_it_is_off_unless_switched_on(place, tmp_path):
    assert read_settings({}).link_rules.is_on is False
    with pytest.raises(LinksOffError):
        Runner(Settings(), app.capability).run_here(app.capability("fetch"), ask(place, "/song.wav"))


def test_what_is_no_sound_is_refused_and_leaves_nothing(place, tmp_path):
    with pytest.raises(FormatUnsupportedError):
        runner(place).run_here(app.capability("fetch"), ask(place, "/text.wav"), output=f"{tmp_path}/")
    assert not list(tmp_path.iterdir())


def test_a_song_longer_than_allowed_is_refused(place, tmp_path):
    with pytest.raises(AudioTooLongError):
        runner(place, link_max_duration_s=1.0).run_here(
            app.capability("fetch"), ask(place, "/song.wav"), output=f"{tmp_path}/"
        )
    assert not list(tmp_path.iterdir())


def test_the_same_address_is_asked_anew_each_time(place):
    capability = app.capability("fetch")
    params = capability.params(**ask(place, "/song.wav"))
    assert content_key(capability, params, {}) != content_key(capability, params, {})


def test_the_settings_say_what_may_be_fetched():
    rules = read_settings(
        {"TONMEISTER_LINKS": "on", "TONMEISTER_LINK_HOSTS": "example.org, music.test", "TONMEISTER_LINK_MAX_MB": "5"}
    ).link_rules
    assert (rules.is_on, rules.hosts, rules.max_mb) == (True, ("example.org", "music.test"), 5)
