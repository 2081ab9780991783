"""Celery as the way by which steps reach machines. The broker carries nothing but identities of steps.

The database stays the truth: a task must win the step's lease like any supervisor, so a message that comes twice, late
or never does no harm. `Dispatcher` sends what is due, and again what nobody has taken; a worker runs a `Supervisor`
that does only what Celery hands it.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import MissingPartError, ParameterError
from tonmeister.core.extras import how_to_install

if TYPE_CHECKING:
    from collections.abc import Collection

    from tonmeister.jobs.book.claims import Claims
    from tonmeister.jobs.book.rules import Rules
    from tonmeister.settings import Settings

TASK = "tonmeister.step"
QUEUE = "tonmeister"
MIN_OUTSTANDING = 4
"""So many messages wait at the broker at least: more than the workers can take soon would spoil the priorities."""
RESEND_S, MAX_RESEND_S = 5.0, 60.0
"""After how long a step that nobody has taken is sent again; twice as long each time."""
HOLD_S = 600.0
"""So long a message is held at most. RabbitMQ ends the worker of one that is not acknowledged for half an hour, and
one may wait here for another that is held."""

_log = logging.getLogger("tonmeister.jobs")


def make_app(settings: Settings, *, is_sending: bool = False) -> Any:
    """Return the Celery application, set up so that nothing waits for ever and no result is kept.

    ``is_sending``: it only sends, so that a broker which says nothing for a while is taken for one that is away.
    """
    try:
        from celery import Celery  # type: ignore[import-untyped]
    except ImportError:
        raise MissingPartError(
            "The executor is celery, but the package celery is not installed.",
            field="executor",
            remedy=how_to_install("cluster"),
        ) from None
    if settings.broker_url is None:
        raise ParameterError(
            "The executor is celery, but no broker is set.", field="broker_url", remedy="Set TONMEISTER_BROKER_URL."
        )
    app = Celery("tonmeister", broker=settings.broker_url, set_as_current=False)
    # Redis counts these for everything; with AMQP a worker waits for messages as long as it takes, only who sends not.
    options = {"socket_timeout": 10.0, "socket_connect_timeout": 3.0}
    if settings.broker_url.startswith("amqp"):
        options = {"read_timeout": 10.0, "write_timeout": 10.0, "connect_timeout": 3.0} if is_sending else {}
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=options,
        task_acks_late=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_reject_on_worker_lost=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # Restoring it, Celery asks the broker from two threads at once, and the loop may wait for ever for an answer
        # that the other has taken. Leases keep from doing too much as it is.
        worker_enable_prefetch_count_reduction=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    return app


class Dispatcher:
    """Sends the steps that are due to the broker. Several may do so at once: what comes twice is taken once."""

    def __init__(self, settings: Settings, claims: Claims):
        self._app = make_app(settings, is_sending=True)
        self._claims = claims
        self._sent: dict[tuple[str, int], tuple[float, float]] = {}
        self._is_away = False

    def send_due(self, kinds: Collection[str], n_slots: int) -> int:
        """Send what is due and not on its way; return how many messages were sent, none while the broker is away."""
        limit = max(MIN_OUTSTANDING, 2 * n_slots)
        due = self._claims.due(limit, kinds)
        self._sent = {entry: sent for entry, sent in self._sent.items() if entry in due}
        n_sent = 0
        for entry in due:
            now = time.monotonic()
            again_at, pause_s = self._sent.get(entry, (0.0, RESEND_S))
            if now < again_at:
                continue
            try:
                self._app.send_task(TASK, [entry[0]], retry=False)
            except Exception as error:  # noqa: BLE001 - a door: each broker's library has errors of its own
                if not self._is_away:
                    _log.warning("The broker is away (%s); what is due waits.", type(error).__name__)
                self._is_away = True
                return n_sent
            self._is_away = False
            n_sent += 1
            self._sent[entry] = (now + pause_s, min(MAX_RESEND_S, 2.0 * pause_s))
        return n_sent

    def close(self) -> None:
        """Close the connections to the broker."""
        self._app.close()


def work(
    settings: Settings,
    source: str,
    stop: threading.Event,
    *,
    preparer: str | None = None,
    rules: Rules | None = None,
    version: str = "",
) -> None:
    """Be a Celery worker until ``stop`` is set (or Celery is told to end by a signal)."""
    from celery import signals

    from tonmeister.jobs.running.supervisor import Supervisor

    app = make_app(settings)
    supervisor = Supervisor(settings, source, preparer=preparer, rules=rules, version=version, is_claiming=False)

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def step(step_id: str) -> None:
        offer = supervisor.offer(str(step_id))
        try:
            offer.result(timeout=HOLD_S)
        except TimeoutError:  # work goes on without its message; what waits for a slot is sent again
            supervisor.withdraw(offer)

    def end(**_: Any) -> None:
        stop.set()
        supervisor.wake()

    signals.worker_shutting_down.connect(end, weak=False)
    loop = threading.Thread(target=supervisor.run, args=(stop,), name="supervisor")
    loop.start()
    worker = app.Worker(
        pool="threads",
        concurrency=supervisor.n_slots,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    threading.Thread(target=_end_with, args=(stop, worker), name="stop", daemon=True).start()
    try:
        worker.start()
    finally:
        end()
        loop.join()
        signals.worker_shutting_down.disconnect(end)
        app.close()


def _end_with(stop: threading.Event, worker: Any) -> None:
    from celery.worker import state  # type: ignore[import-untyped]

    stop.wait()
    if worker is not None and state.should_stop is None:
        state.should_stop = 0  # a warm shutdown: tasks end first, and they do, for their work has gone back
