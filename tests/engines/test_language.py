"""A language model that answers rightly, wrongly, late or never; over functions, and over HTTP in both wire formats."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from pydantic import BaseModel

from engines.language_server import Heard, language_server
from loops import run_async
from tonmeister.core.errors import CancelledError
from tonmeister.core.language import LanguageRules
from tonmeister.engines.language import N_FAILURES, REST_S, Breaker, LanguageModel, NoAnswerError

pytest.importorskip("pydantic_ai")

from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel


class Answer(BaseModel):
    name: str
    n: int


def judge(answer: Answer) -> list[str]:
    return [] if answer.n < 10 else [f"n is {answer.n}, at most 9"]


def model_of(answer: Any, **rules: Any) -> tuple[LanguageModel, list[Any]]:
    calls: list[Any] = []

    async def respond(messages: Any, info: Any) -> ModelResponse:
        calls.append(messages)
        found = answer(len(calls))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, float):
            await asyncio.sleep(found)
            found = {"name": "late", "n": 1}
        if isinstance(found, str):
            return ModelResponse(parts=[TextPart(found)])
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, found)])

    given = LanguageRules(**{"provider": "openai", "model": "told", "timeout_s": 5.0, **rules})
    return LanguageModel(given, model=FunctionModel(respond), first_wait_s=0.01), calls


def test_a_right_answer_is_taken():
    model, calls = model_of(lambda _: {"name": "a", "n": 3})
    assert model.ask("be brief", "how many?", Answer, judge) == Answer(name="a", n=3)
    assert len(calls) == 1


def test_a_wrong_answer_is_corrected_with_words():
    model, calls = model_of(lambda n: {"name": "a", "n": 30 if n == 1 else 4})
    assert model.ask("", "?", Answer, judge).n == 4
    assert len(calls) == 2
    assert "n is 30, at most 9" in str(calls[-1])


@pytest.mark.parametrize(
    "answer", [{"name": "a", "n": 99}, {"name": "a"}, {"drop": "tables"}, "Sure! I follow the song."]
)
def test_three_wrong_answers_are_enough(answer):
    model, calls = model_of(lambda _: answer)
    with pytest.raises(NoAnswerError, match="broke the rules"):
        model.ask("", "?", Answer, judge)
    assert len(calls) == 3


def test_a_late_answer_is_not_waited_for():
    model, calls = model_of(lambda _: 30.0, timeout_s=0.1)
    began = time.monotonic()
    with pytest.raises(NoAnswerError, match=r"within 0\.1 s"):
        model.ask("", "?", Answer, judge)
    assert len(calls) == 3
    assert time.monotonic() - began < 10


def test_a_failed_call_is_repeated():
    model, calls = model_of(lambda n: OSError("cut") if n < 3 else {"name": "a", "n": 1})
    assert model.ask("", "?", Answer, judge).n == 1
    assert len(calls) == 3


def test_waiting_can_be_cancelled():
    model, _ = model_of(lambda _: 30.0, timeout_s=20.0)

    def stop() -> None:
        raise CancelledError("The work was cancelled.", remedy="Start it again.")

    began = time.monotonic()
    with pytest.raises(CancelledError):
        model.ask("", "?", Answer, judge, tell=stop)
    assert time.monotonic() - began < 5


def test_a_time_out_of_the_work_itself_is_told(monkeypatch):
    model, _ = model_of(lambda _: {"name": "a", "n": 3})

    async def stuck(*_: Any) -> Any:
        raise TimeoutError("the disk of the breaker's file")

    monkeypatch.setattr(model, "_ask", stuck)
    with pytest.raises(TimeoutError, match="the disk"):
        model.ask("", "?", Answer, judge)


def test_it_can_be_asked_where_a_loop_is_running():
    model, _ = model_of(lambda _: {"name": "a", "n": 3})

    async def inside() -> Answer:
        return model.ask("", "?", Answer, judge)

    assert run_async(inside).n == 3


def test_a_service_that_fails_is_left_alone_for_a_while(tmp_path):
    file = tmp_path / "language-model.json"
    for _ in range(N_FAILURES):
        model, calls = model_of(lambda _: OSError("down"), breaker=str(file))
        with pytest.raises(NoAnswerError, match="gave no answer"):
            model.ask("", "?", Answer, judge)
    model, calls = model_of(lambda _: {"name": "a", "n": 1}, breaker=str(file))
    with pytest.raises(NoAnswerError, match="left alone"):
        model.ask("", "?", Answer, judge)
    assert not calls


def test_the_breaker_closes_after_its_rest_and_opens_at_the_next_failure(tmp_path):
    now = [1000.0]
    breaker = Breaker(tmp_path / "kept.json", clock=lambda: now[0])
    for _ in range(N_FAILURES):
        assert breaker.rest_s("x") == 0
        breaker.note("x", has_failed=True)
    assert breaker.rest_s("x") == REST_S
    assert Breaker(tmp_path / "kept.json", clock=lambda: now[0]).rest_s("x") == REST_S
    assert breaker.rest_s("another") == 0
    now[0] += REST_S
    assert breaker.rest_s("x") == 0
    breaker.note("x", has_failed=True)
    assert breaker.rest_s("x") == REST_S
    now[0] += REST_S
    breaker.note("x", has_failed=False)
    breaker.note("x", has_failed=True)
    assert breaker.rest_s("x") == 0


def test_a_breaker_that_cannot_be_read_asks_again(tmp_path):
    file = tmp_path / "kept.json"
    file.write_text("[nonsense", encoding="utf-8")
    assert Breaker(file).rest_s("x") == 0


@pytest.fixture(params=["openai", "anthropic"])
def wire(request):
    return request.param


def rules_for(wire: str, address: str, **more: Any) -> LanguageRules:
    base = f"{address}/v1" if wire == "openai" else address
    return LanguageRules(provider=wire, model="local", base_url=base, key="sk-secret", **{"timeout_s": 5.0, **more})


def test_over_http_a_right_answer_is_taken(wire):
    heard = Heard(lambda n, body: (200, {"name": "wire", "n": 2}))
    with language_server(heard) as address:
        found = LanguageModel(rules_for(wire, address), first_wait_s=0.01).ask("be brief", "how many?", Answer, judge)
    assert found == Answer(name="wire", n=2)
    assert "sk-secret" in heard.keys[0]
    assert "how many?" in str(heard.asked[0])
    assert "be brief" in str(heard.asked[0])
    assert heard.paths[0] == ("/v1/chat/completions" if wire == "openai" else "/v1/messages")


def test_over_http_wrong_answers_are_corrected(wire):
    heard = Heard(lambda n, body: (200, {"name": "wire", "n": 50 if n == 1 else 2}))
    with language_server(heard) as address:
        found = LanguageModel(rules_for(wire, address), first_wait_s=0.01).ask("", "?", Answer, judge)
    assert found.n == 2
    assert "at most 9" in str(heard.asked[1])


def test_over_http_a_busy_service_is_asked_again(wire):
    heard = Heard(lambda n, body: (529 if n == 1 else 200, {"name": "wire", "n": 2}))
    with language_server(heard) as address:
        assert LanguageModel(rules_for(wire, address), first_wait_s=0.01).ask("", "?", Answer, judge).n == 2
    assert len(heard.asked) == 2


def test_over_http_a_wrong_key_is_not_tried_again(wire):
    heard = Heard(lambda n, body: (401, {}))
    with language_server(heard) as address, pytest.raises(NoAnswerError, match=r"key was refused.*401") as caught:
        LanguageModel(rules_for(wire, address), first_wait_s=0.01).ask("", "?", Answer, judge)
    assert len(heard.asked) == 1
    assert "sk-secret" not in str(caught.value)


def test_over_http_silence_is_not_waited_for(wire):
    heard = Heard(lambda n, body: None)
    with language_server(heard) as address, pytest.raises(NoAnswerError, match="within"):
        LanguageModel(rules_for(wire, address, timeout_s=0.3), first_wait_s=0.01).ask("", "?", Answer, judge)
    assert len(heard.asked) == 3


def test_nobody_at_the_address(wire):
    rules = rules_for(wire, "http://127.0.0.1:9")
    with pytest.raises(NoAnswerError, match="gave no answer"):
        LanguageModel(rules, first_wait_s=0.01).ask("", "?", Answer, judge)


def test_the_key_is_not_shown():
    assert "sk-secret" not in repr(rules_for("openai", "http://x"))
