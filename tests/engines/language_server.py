"""A server on this machine that speaks the wire formats of two vendors."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    """What was asked, and what is answered: a status and the arguments of the tool, or None to never answer."""

    answer: Callable[[int, dict[str, Any]], tuple[int, dict[str, Any]] | None]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def openai_body(arguments: dict[str, Any]) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": "plan", "arguments": json.dumps(arguments)}}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "local",
        "choices": [
            {
                "index": 0, "finish_reason": "tool_calls",
                "message": {"role": "assistant", "content": None, "tool_calls": [call]},
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }  # fmt: skip


def anthropic_body(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "local", "stop_reason": "tool_use",
        "stop_sequence": None,
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "plan", "input": arguments}],
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }  # fmt: skip


@contextlib.contextmanager
def language_server(heard: Heard) -> Iterator[str]:
    """Serve, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            heard.asked.append(body)
            heard.paths.append(self.path)
            heard.keys.append(self.headers.get("x-api-key") or self.headers.get("authorization", ""))
            found = heard.answer(len(heard.asked), body)
            if found is None:
                heard.over.wait(20)
                return
            status, arguments = found
            make = anthropic_body if "/messages" in self.path else openai_body
            data = json.dumps(make(arguments) if status == 200 else {"error": {"message": "no", "type": "x"}}).encode()
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        heard.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
