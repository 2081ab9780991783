"""A web server on the loopback that serves sound honestly and in every bad way."""

from __future__ import annotations

import contextlib
import http.server
import io
import threading
from collections.abc import Iterator

import numpy as np
import soundfile

N_ENDLESS_BLOCKS = 4000


def song_bytes(seconds: float = 2.0) -> bytes:
    t = np.arange(round(44100 * seconds)) / 44100
    kept = io.BytesIO()
    soundfile.write(kept, 0.25 * np.sin(2 * np.pi * 440 * t), 44100, format="WAV", subtype="PCM_16")
    return kept.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    song = song_bytes()
    asked: list[str]
    elsewhere: str

    def log_message(self, *told):
        pass

    def do_HEAD(self):
        self.answer(is_head=True)

    def do_GET(self):
        self.answer(is_head=False)

    def send(self, content: bytes, kind: str, *, is_head: bool, length: int | None = None):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if not is_head:
            self.wfile.write(content)

    def answer(self, *, is_head: bool):
        self.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path in {"/song.wav", "/stolen.wav"}:
            self.send(self.song, "audio/wav", is_head=is_head)
        elif path == "/page":
            page = b'<html><head><title>My song</title></head><body><audio src="/song.wav"></audio></body></html>'
            self.send(page, "text/html", is_head=is_head)
        elif path == "/text.wav":
            self.send(b"This is no sound at all. " * 200, "audio/wav", is_head=is_head)
        elif path == "/huge.wav":
            self.send(self.song, "audio/wav", is_head=is_head, length=1 << 40)
        elif path == "/away.wav":
            self.send_response(302)
            self.send_header("Location", f"http://{self.elsewhere}/stolen.wav")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/endless.mp3":
            self.send_response(200)
            self.send_header("Content-Type", "audio/mpeg")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(0 if is_head else N_ENDLESS_BLOCKS):
                    self.wfile.write(b"10000\r\n" + b"\0" * 65536 + b"\r\n")
        elif path == "/slow.wav":
            self.send_response(200)
            self.send_header("Content-Type", "audio/wav")
            self.send_header("Content-Length", str(len(self.song)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(self.song[:1000])
                threading.Event().wait(20)
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()


@contextlib.contextmanager
def web_server(elsewhere: str = "127.0.0.1:9") -> Iterator[tuple[str, list[str]]]:
    """Serve; yield ``host:port`` and the list of paths asked for."""
    asked: list[str] = []
    handler = type("Handler", (Handler,), {"asked": asked, "elsewhere": elsewhere})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda request, address: None  # clients are killed here
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
