"""What goes over the WebSocket, read and written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from tonmeister.core.errors import RequestError, TonmeisterError

Topic = Literal["job", "queue", "library"]
Dialect = Literal["native", "job_progress", "progress:update"]
"""In which words a client hears of a job: ours, or those of the programs that came before."""

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class Subscribe(msgspec.Struct, tag="subscribe", frozen=True):
    """Tell me what happens, from after a number on if there is one."""

    topic: Topic
    id: Id | None = None
    after: Seq | None = None


class Unsubscribe(msgspec.Struct, tag="unsubscribe", frozen=True):
    """Tell me no more."""

    topic: Topic
    id: Id | None = None


class Ping(msgspec.Struct, tag="ping", frozen=True):
    """Are you there?"""


class SubscribeJobProgress(msgspec.Struct, tag="subscribe_job_progress", frozen=True):
    """Tell me of the progress of a job."""

    job_id: Id


class SubscribeJob(msgspec.Struct, tag="subscribe:job", frozen=True):
    """Tell me of the progress and the end of a job."""

    job_id: Id


Request = Subscribe | Unsubscribe | Ping | SubscribeJobProgress | SubscribeJob

_decode = msgspec.json.Decoder(Request).decode
_encoder = msgspec.json.Encoder(enc_hook=str)


def read(text: str) -> Request:
    """Return what a client says; raise `RequestError` if it makes no sense."""
    request: Request
    try:
        request = _decode(text)
    except msgspec.DecodeError as error:
        raise RequestError(
            f"The message is not understood: {error}.",
            field="message",
            remedy='For example {"type": "subscribe", "topic": "job", "id": "..."}.',
        ) from None
    return request


def write(message: dict[str, Any]) -> str:
    """Return a message as it is sent."""
    return _encoder.encode(message).decode()


def error_text(error: TonmeisterError) -> str:
    """Return an error as a message."""
    details = {key: value for key, value in error.details().items() if key not in ("code", "message")}
    return write({"type": "error", "error": {"code": error.code, "message": error.message, "details": details}})


def event_text(message: dict[str, Any]) -> str:
    """Return a message of the bus as an event for clients."""
    return write(
        {
            "type": "event",
            "seq": message["seq"],
            "topic": message["topic"],
            "id": message["id"],
            "event": message["type"],
            "data": message["data"],
        }
    )


def queue_text(message: dict[str, Any]) -> str:
    """Return an event of a job as one of the queue."""
    data = {name: message["data"].get(name) for name in ("state", "capability", "label", "is_system", "revision")}
    return write(
        {
            "type": "event",
            "seq": message["seq"],
            "topic": "queue",
            "id": None,
            "event": message["type"],
            "data": {"job_id": message["id"], **data},
        }
    )


def progress_text(message: dict[str, Any]) -> str:
    """Return the state of a job in the words of the processing engine's clients."""
    data = message["data"]
    facts = {
        "job_id": message["id"],
        "progress": data.get("progress_percent", 0.0),
        "message": data.get("message") or "",
        "status": data.get("state"),
    }
    return write({"type": "job_progress", **facts, "data": facts})


def update_text(message: dict[str, Any]) -> str:
    """Return the state of a job in the words of the transcription service's clients."""
    progress = message["data"].get("progress_percent", 0.0)
    return write({"type": "progress:update", "job_id": message["id"], "progress": progress})


def end_text(job_id: str, state: str, result: Any, error: Any) -> str:
    """Return the end of a job in the words of the transcription service's clients."""
    if state == "completed":
        return write({"type": "job:complete", "job_id": job_id, "result": result})
    fallback = {"code": "CANCELLED", "message": "The job was cancelled."}
    return write({"type": "job:error", "job_id": job_id, "error": error or fallback})
