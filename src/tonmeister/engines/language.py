"""A language model that answers in a form of ours: through pydantic-ai, with retries, a time limit and a breaker.

Nothing it says is trusted: answers are validated against a model, and judged by rules of the one who asks. A service
that fails again and again is left alone for a while.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from tonmeister.core.errors import MissingPartError
from tonmeister.core.extras import how_to_install

if TYPE_CHECKING:
    from tonmeister.core.language import LanguageRules

Answer = TypeVar("Answer", bound=BaseModel)
N_RETRIES = 2
"""How often a wrong answer may be corrected, and how often a failed call is repeated."""
FIRST_WAIT_S = 0.5
"""Before a failed call is repeated; each time twice as long."""
N_FAILURES = 3
REST_S = 120.0
"""After so many failures one after the other a service is left alone for so long."""
MAX_TOKENS = 8000
_POLL_S = 0.1
_REFUSALS = {
    401: "the key was refused (HTTP status 401); TONMEISTER_LANGUAGE_KEY holds it",
    403: "the key may not use it (HTTP status 403); TONMEISTER_LANGUAGE_KEY holds it",
    404: "there is no such model or address (HTTP status 404); TONMEISTER_LANGUAGE_MODEL and _BASE_URL name them",
}


class NoAnswerError(Exception):
    """The model gave no answer that could be used; the message says why, in words for people."""


class Breaker:
    """Remembers failures of a service: open, and nothing is asked, for a while after several in a row.

    Parameters
    ----------
    file
        Where it is remembered, so that other processes know; None for this object only.
    clock
        Tells the time in seconds, the same in all processes.
    """

    def __init__(self, file: Path | None = None, *, clock: Callable[[], float] = time.time):
        self._file, self._clock = file, clock
        self._known: dict[str, Any] = {}

    def rest_s(self, service: str) -> float:
        """Return for how long a service is still left alone; 0 if it may be asked."""
        kept = self._read().get(service, {})
        if kept.get("n_failures", 0) < N_FAILURES:
            return 0.0
        return max(0.0, float(kept["at"]) + REST_S - self._clock())

    def note(self, service: str, *, has_failed: bool) -> None:
        """Remember how a call went. After its rest a service has one try: failing it, it rests again."""
        known = self._read()
        if has_failed:
            n_failures = known.get(service, {}).get("n_failures", 0) + 1
            known[service] = {"n_failures": n_failures, "at": self._clock()}
        elif service in known:
            del known[service]
        else:
            return
        self._write(known)

    def _read(self) -> dict[str, Any]:
        if self._file is None:
            return self._known
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, known: dict[str, Any]) -> None:
        self._known = known
        if self._file is None:
            return
        beside = self._file.with_name(f"{self._file.name}.{os.getpid()}-{threading.get_ident()}")
        # Where it cannot be written the next process asks once more; that is all that is lost.
        with contextlib.suppress(OSError):
            beside.write_text(json.dumps(known), encoding="utf-8")
            beside.replace(self._file)


class LanguageModel:
    """A language model as the rules set it up.

    Parameters
    ----------
    rules
        How it is reached.
    model
        A model of pydantic-ai to ask instead: for tests.
    first_wait_s
        Before a failed call is repeated.

    Raises
    ------
    MissingPartError
        If pydantic-ai is not installed.
    """

    def __init__(self, rules: LanguageRules, *, model: Any = None, first_wait_s: float = FIRST_WAIT_S):
        self._rules, self._first_wait_s = rules, first_wait_s
        self._breaker = Breaker(Path(rules.breaker) if rules.breaker else None)
        self._given = model
        try:
            import pydantic_ai  # noqa: F401 - the check is all
        except ModuleNotFoundError as error:
            raise MissingPartError("The extra 'planner' is not installed.", remedy=how_to_install("planner")) from error

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self._rules.model or getattr(self._given, "model_name", "language model"))

    @property
    def _service(self) -> str:
        return f"{self._rules.provider}/{self._rules.base_url or ''}/{self._rules.model}"

    def ask(
        self,
        instructions: str,
        request: str,
        form: type[Answer],
        judge: Callable[[Answer], list[str]],
        *,
        tell: Callable[[], None] | None = None,
    ) -> Answer:
        """Ask for an answer in a form that our own rules accept.

        Parameters
        ----------
        instructions, request
            What it is to be, and what it is asked.
        form
            Model of the answer.
        judge
            Returns what is wrong with an answer, in words for the language model; it may then correct itself twice.
        tell
            Called every tenth of a second; may raise to cancel.

        Raises
        ------
        NoAnswerError
            If no answer came in time, or none that is accepted.
        """
        rest_s = self._breaker.rest_s(self._service)
        if rest_s > 0:
            raise NoAnswerError(f"{self.name} has failed several times and is left alone for {rest_s:.0f} s more")
        answered = self._in_thread(self._ask(instructions, request, form, judge), tell)
        assert isinstance(answered, form)
        return answered

    def _in_thread(self, work: Any, tell: Callable[[], None] | None) -> Any:
        """Run asynchronous work in a thread of its own, so that the caller may have a loop running and may cancel."""
        loop = asyncio.new_event_loop()
        task: list[asyncio.Task[Any]] = []
        started = threading.Event()

        async def main() -> Any:
            task.append(asyncio.ensure_future(work))
            started.set()
            return await task[0]

        def run() -> Any:
            try:
                return loop.run_until_complete(main())
            finally:
                loop.run_until_complete(loop.shutdown_asyncgens())
                loop.close()

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            future = pool.submit(run)
            try:
                # Waiting, not asking for the result: a time-out of the work itself must not pass for one of the wait.
                while not concurrent.futures.wait((future,), timeout=_POLL_S).done:
                    if tell is not None:
                        tell()
            except BaseException:  # the caller gives up, by `tell` or by Ctrl-C: so does the work
                if not future.done():
                    started.wait()
                    loop.call_soon_threadsafe(task[0].cancel)
                raise
            return future.result()

    async def _ask(
        self, instructions: str, request: str, form: type[Answer], judge: Callable[[Answer], list[str]]
    ) -> Any:
        from pydantic_ai.exceptions import AgentRunError, ModelHTTPError, UserError

        trouble = ""
        for attempt in range(N_RETRIES + 1):
            if attempt:
                await asyncio.sleep(self._first_wait_s * 2 ** (attempt - 1))
            try:
                answered = await self._converse(instructions, request, form, judge)
            except TimeoutError:
                trouble = f"it did not answer within {self._rules.timeout_s:g} s"
            except ModelHTTPError as error:
                trouble = _REFUSALS.get(error.status_code) or f"it answered with HTTP status {error.status_code}"
                if error.status_code < 500 and error.status_code not in (408, 409, 425, 429):
                    break  # asking again would change nothing
            except _RefusedError as error:
                # It is there and speaks, but not to the point: that is no failure of the service.
                self._breaker.note(self._service, has_failed=False)
                raise NoAnswerError(f"{self.name} broke the rules {N_RETRIES + 1} times: {error}") from None
            except (AgentRunError, UserError, OSError) as error:
                trouble = f"it could not be asked ({type(error).__name__})"
            else:
                self._breaker.note(self._service, has_failed=False)
                return answered
        self._breaker.note(self._service, has_failed=True)
        raise NoAnswerError(f"{self.name} gave no answer: {trouble}")

    async def _converse(
        self, instructions: str, request: str, form: type[Answer], judge: Callable[[Answer], list[str]]
    ) -> Any:
        """Ask, and let a wrong answer be corrected twice."""
        from pydantic_ai import Agent, ModelRetry, ToolOutput
        from pydantic_ai.exceptions import UnexpectedModelBehavior

        faults: list[str] = ["its answers had another form than was asked for"]
        agent: Any = Agent(
            _limited(self._model(), self._rules.timeout_s),
            output_type=ToolOutput(form, name="plan", max_retries=N_RETRIES),
            instructions=instructions,
            retries=N_RETRIES,
            model_settings={"max_tokens": MAX_TOKENS, "timeout": self._rules.timeout_s},
        )

        @agent.output_validator  # type: ignore[untyped-decorator]
        def check(answer: Answer) -> Answer:
            found = judge(answer)
            if found:
                faults[:] = found
                raise ModelRetry("Correct this: " + "; ".join(found[:12]))
            return answer

        try:
            return (await agent.run(request)).output
        except UnexpectedModelBehavior as error:
            raise _RefusedError("; ".join(faults[:3])) from error

    def _model(self) -> Any:
        if self._given is not None:
            return self._given
        rules = self._rules
        assert rules.model is not None
        # The vendors' own clients would repeat calls behind our back.
        if rules.provider == "anthropic":
            from anthropic import AsyncAnthropic
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            client = AsyncAnthropic(
                api_key=rules.key or "none", base_url=rules.base_url, max_retries=0, timeout=rules.timeout_s
            )
            return AnthropicModel(rules.model, provider=AnthropicProvider(anthropic_client=client))
        from openai import AsyncOpenAI
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        speaker = AsyncOpenAI(
            api_key=rules.key or "none", base_url=rules.base_url, max_retries=0, timeout=rules.timeout_s
        )
        return OpenAIChatModel(rules.model, provider=OpenAIProvider(openai_client=speaker))


class _RefusedError(Exception):
    """All of its answers were refused."""


def _limited(model: Any, timeout_s: float) -> Any:
    """Wrap a model so that each of its calls ends after a time, whatever its client makes of time limits."""
    from pydantic_ai.models.wrapper import WrapperModel

    class Limited(WrapperModel):
        async def request(self, *given: Any, **more: Any) -> Any:
            async with asyncio.timeout(timeout_s):
                return await super().request(*given, **more)

    return Limited(model)
