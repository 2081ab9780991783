"""The WebSocket door: what happens to jobs and the library, told at once, and resumable by sequence number.

A client says:

- ``{"type": "subscribe", "topic": "job", "id": ID, "after": SEQ}``: one job; ``after`` asks for what was missed since
- ``{"type": "subscribe", "topic": "job" | "queue" | "library"}``: all jobs, the queue, all assets
- ``{"type": "unsubscribe", "topic": ..., "id": ...}``, ``{"type": "ping"}``

and hears:

- ``{"type": "subscribed", "topic", "id", "seq", "data"}`` with the present state of the job
- ``{"type": "event", "seq", "topic", "id", "event", "data"}``
- ``{"type": "resync_required", "topic", "id"}`` where it fell behind: it reads anew
- ``{"type": "unsubscribed", ...}``, ``{"type": "pong"}``, ``{"type": "error", "error": {code, message, details}}``

Clients of the programs that came before are understood too: ``{"type": "subscribe_job_progress", "job_id"}`` hears
``job_progress``; ``{"type": "subscribe:job", "job_id"}`` hears ``progress:update``, ``job:complete`` and ``job:error``.
"""
